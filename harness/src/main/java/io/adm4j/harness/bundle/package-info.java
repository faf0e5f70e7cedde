/**
 * Makes bundles of networks and their weights: from training runs, checkpoint files and released models; also the bundle
 * that ships with adm4j.
 *
 * <p>Builds on {@code zoo}, {@code data} and on the export module. Training, sampling and the command line may not come in
 * here.
 */
package io.adm4j.harness.bundle;
