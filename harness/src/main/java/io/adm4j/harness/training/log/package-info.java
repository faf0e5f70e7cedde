/**
 * What is written and shown of each training step: {@code log.csv}, JSON lines, TensorBoard's event files and
 * the progress bar.
 *
 * <p>Builds on {@code training}, whose listeners it implements. Sampling, evaluation, reports and the terminal may not come
 * in here.
 */
package io.adm4j.harness.training.log;
