/**
 * Features of images: the extractor network, their matrices and statistics, the store that keeps them with what pixels show, and
 * reference batches in the published layout.
 *
 * <p>Builds on {@code data} and {@code linalg}. No metric may come in here.
 */
package io.adm4j.harness.evaluation.features;
