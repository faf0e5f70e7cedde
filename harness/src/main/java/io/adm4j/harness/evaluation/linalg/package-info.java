/**
 * The linear algebra of the scores: large matrix products, symmetric eigenvalues, pivoted Cholesky, float16 sums in
 * TensorFlow's order.
 *
 * <p>Builds on core's tensors and runtime. Images, features and scores may not come in here.
 */
package io.adm4j.harness.evaluation.linalg;
