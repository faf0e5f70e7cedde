/**
 * Scores of generated images: a feature network, and on its features FID, sFID, Inception Score, KID, precision, recall,
 * density and coverage, each with its definition; reference batches in the published layout.
 */
package io.adm4j.harness.evaluation.metrics;
