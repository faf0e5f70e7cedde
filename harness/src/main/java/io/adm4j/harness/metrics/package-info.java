/** Scores of generated pictures: a feature network, and FID, Inception Score, precision and recall on its features. */
package io.adm4j.harness.metrics;
