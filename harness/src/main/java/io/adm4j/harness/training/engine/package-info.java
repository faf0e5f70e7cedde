/**
 * What computes the steps of training: gradients, AdamW and moving averages, and the files of a checkpoint that hold their
 * state.
 *
 * <p>Builds on the export module's training graphs and on core's sessions, and alone knows either. Images, runs and the
 * loop over steps may not come in here.
 */
package io.adm4j.harness.training.engine;
