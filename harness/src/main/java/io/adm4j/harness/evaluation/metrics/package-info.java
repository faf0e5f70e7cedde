/**
 * One class for each metric on features (FID, sFID, FID&infin;, Inception Score, KID, precision, recall, density,
 * coverage), each with its definition and source.
 *
 * <p>Builds on {@code features}, {@code linalg} and {@code result}. Files, sampling and reports may not come in here.
 */
package io.adm4j.harness.evaluation.metrics;
