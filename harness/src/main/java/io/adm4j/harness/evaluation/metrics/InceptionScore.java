package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.PredictionStatistics;
import java.util.List;
import java.util.Optional;

/**
 * The Inception Score (Salimans et al. 2016, section 4) of the class probabilities that a network gives to images:
 *
 * <pre>exp( E_x KL( p(y|x) ‖ p(y) ) )</pre>
 *
 * <p>computed on consecutive parts of the set, in its order, and averaged as in the published evaluator (parts of 5,000;
 * the last may be smaller). It is between 1 and the number of classes. Only on the Inception network is it comparable with
 * the literature.
 *
 * @param mean average over the parts
 * @param standardDeviation spread over the parts (population form); 0 for a single one
 * @param splits number of parts
 */
public record InceptionScore(double mean, double standardDeviation, int splits) {
    /** The score of a set of images. */
    public static InceptionScore of(PredictionStatistics predictions) {
        return of(predictions.divergences());
    }

    /** The score of a set of images had they been in random order; empty if that is not known. */
    static Optional<InceptionScore> shuffled(PredictionStatistics predictions) {
        return predictions.shuffled().isEmpty() ? Optional.empty() : Optional.of(of(predictions.shuffled()));
    }

    /**
     * By how much each image moves the score, times their number, to first order: its divergence from its part's average
     * less the mean of those, times the part's score.
     */
    static double[] influence(PredictionStatistics predictions) {
        int splits = predictions.divergences().size();
        double[][] parts = predictions.byImage();
        int images = 0;
        for (double[] part : parts) {
            images += part.length;
        }
        double[] influence = new double[images];
        int image = 0;
        for (int p = 0; p < splits; p++) {
            double divergence = predictions.divergences().get(p);
            double weight = Math.exp(divergence) * images / splits / parts[p].length;
            for (double ofImage : parts[p]) {
                influence[image++] = weight * (ofImage - divergence);
            }
        }
        return influence;
    }

    private static InceptionScore of(List<Double> divergences) {
        int splits = divergences.size();
        double sum = 0;
        double sumOfSquares = 0;
        for (double divergence : divergences) {
            double score = Math.exp(divergence);
            sum += score;
            sumOfSquares += score * score;
        }
        double mean = sum / splits;
        double variance = Math.max(0, sumOfSquares / splits - mean * mean);
        return new InceptionScore(mean, splits == 1 ? 0 : Math.sqrt(variance), splits);
    }
}
