/**
 * Sampling, scoring and training as jobs of Apache Spark: one main class for each job, run by {@code spark-submit} on any
 * cluster manager. Spark does scheduling, retries and failure detection; what is computed is the harness's own code.
 *
 * <p>Builds on the harness. Spark is provided by the cluster, so that nothing else of adm4j carries it.
 */
package io.adm4j.spark;
