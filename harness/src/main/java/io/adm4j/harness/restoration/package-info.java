/**
 * Restoring damaged images: what a task does to images, input images as they were damaged, restoration of many of them, and
 * how near the results are to the truth.
 *
 * <p>Builds on core's {@code restoration}, on {@code data}, and on {@code sampling} for labels and for results of interrupted runs.
 * Scores of sets of images and reports may not come in here.
 */
package io.adm4j.harness.restoration;
