package io.adm4j.harness.evaluation.result;

import java.util.List;

/**
 * The scores of the samples of one class against the reference images of that class.
 *
 * @param label the class
 * @param scores those that have a meaning within a class
 */
public record ClassScores(int label, int sampleCount, int referenceCount, List<Score> scores) {
    public ClassScores {
        scores = List.copyOf(scores);
    }
}
