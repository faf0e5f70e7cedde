package io.adm4j.harness.bench;

/**
 * The synthetic features on which metrics are measured, and how often.
 *
 * @param features length of a feature vector
 * @param reference feature vectors of the reference
 * @param samples feature vectors of the samples
 * @param threads threads to use; 0 for all cores
 * @param repeats runs of each metric
 */
public record MetricBenchSettings(int features, int reference, int samples, int threads, int repeats) {}
