/**
 * The models released with the paper: catalog, download with checksums, flags, and matching of checkpoints to them;
 * also the bundle that ships with adm4j.
 *
 * <p>Builds on {@code bundle} and on the export module. Sampling, scores and the command line may not come in here.
 */
package io.adm4j.harness.zoo;
