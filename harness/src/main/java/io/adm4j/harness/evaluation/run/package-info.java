/**
 * Runs an evaluation: samples from a file, a folder or a bundle, measured batch by batch against a reference, with
 * everything expensive kept on disk until the report is written.
 *
 * <p>Builds on the other evaluation packages and on {@code sampling}. Options, the terminal and report layouts may not
 * come in here.
 */
package io.adm4j.harness.evaluation.run;
