/**
 * Restoring damaged images: what a task does to images, input images as they were damaged, restoration of many of them, and
 * how near the results are to the truth.
 *
 * <p>Builds on core's {@code restoration} and on {@code data}. Scores of sets of images and reports may not come in here.
 */
package io.adm4j.harness.restoration;
