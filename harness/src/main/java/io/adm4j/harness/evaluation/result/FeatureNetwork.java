package io.adm4j.harness.evaluation.result;

/**
 * The network whose features the scores are computed on.
 *
 * @param name in reports
 * @param sha256 of its file, 64 hexadecimal digits
 * @param features length of a feature vector, at least 1
 */
public record FeatureNetwork(String name, String sha256, int features) {}
