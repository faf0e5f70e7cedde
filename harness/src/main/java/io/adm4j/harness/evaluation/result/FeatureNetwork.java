package io.adm4j.harness.evaluation.result;

import java.util.Optional;

/**
 * The network whose features the scores are computed on.
 *
 * @param name in reports
 * @param sha256 of its file, 64 hexadecimal digits
 * @param features length of a feature vector, at least 1
 * @param resize the filter that brought images to the network's own size, if one was asked for
 */
public record FeatureNetwork(String name, String sha256, int features, Optional<String> resize) {}
