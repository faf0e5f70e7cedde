/**
 * Trains one network: batches with timesteps and noise, the loop over optimizer steps, and the folder of a run with its
 * checkpoints.
 *
 * <p>Builds on {@code data} and on the export module's training artifacts. Everything random depends on the seed and
 * the step's number alone. Sampling, evaluation and the command line may not come in here.
 */
package io.adm4j.harness.training;
