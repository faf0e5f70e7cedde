/**
 * Long sampling runs: labels and initial noise of each image, batches that are kept so that an interrupted run resumes,
 * samples that were stored before, and cascades.
 *
 * <p>Builds on core's {@code sampling} and on {@code data}. Scores and reports may not come in here.
 */
package io.adm4j.harness.sampling;
