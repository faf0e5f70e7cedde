/**
 * The models released with the paper: catalog, download with checksums, flags, and matching of checkpoints to them;
 * and the presets with which such models are trained.
 *
 * <p>Builds on the export module only. Bundles are made in {@code bundle}; sampling, scores and the command line may not
 * come in here.
 */
package io.adm4j.harness.zoo;
