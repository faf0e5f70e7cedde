/**
 * The records of an evaluation: scores with their definitions, sampling points, image sets, settings; the one codec of
 * results as JSON.
 *
 * <p>Data only: nothing here computes a score, reads images or formats a report.
 */
package io.adm4j.harness.evaluation.result;
