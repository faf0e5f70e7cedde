package io.adm4j.harness.evaluation.traps;

import io.adm4j.harness.evaluation.features.ImageSurvey;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.result.ImageSet;
import java.util.Optional;

/**
 * One of two sets that were compared.
 *
 * @param survey of its images; empty if there are statistics alone
 * @param labels of its classes, numbered as those of the other set, -1 for a class that the other lacks; empty where unknown
 */
public record ScoredSet(
        ImageSet images, MeasuredImages measured, Optional<ImageSurvey> survey, Optional<int[]> labels) {}
