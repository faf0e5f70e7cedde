package io.adm4j.harness.evaluation.features;

import java.util.ArrayList;
import java.util.List;

/**
 * How much a network's class probabilities say about the images of a set, part by part: for each consecutive part of the
 * set, in its order, the mean over the images of {@code KL( p(y|x) ‖ p(y) )}, where p(y) is the part's average. The
 * Inception Score takes these values.
 *
 * @param divergences one per part, in nats, from 0 to the logarithm of the number of classes
 */
public record PredictionStatistics(List<Double> divergences) {
    public PredictionStatistics {
        divergences = List.copyOf(divergences);
        if (divergences.isEmpty()) {
            throw new IllegalArgumentException("Statistics of class probabilities take at least one image.");
        }
    }

    /** Takes probabilities as they come; needs the memory of one distribution. Not for several threads. */
    public static final class Accumulator {
        private final int partSize;
        private final double[] marginal;
        private final List<Double> divergences = new ArrayList<>();
        private double negativeEntropy;
        private int inPart;

        /**
         * @param classes number of classes, at least 1
         * @param partSize images in a part, at least 1; the last part may be smaller
         */
        public Accumulator(int classes, int partSize) {
            if (classes < 1 || partSize < 1) {
                throw new IllegalArgumentException(
                        "Class probabilities take at least one class and one image in a part.");
            }
            this.marginal = new double[classes];
            this.partSize = partSize;
        }

        /**
         * Adds the class probabilities of images.
         *
         * @param probabilities one distribution after the other, each of as many elements as there are classes
         */
        public void add(float[] probabilities) {
            if (probabilities.length % marginal.length != 0) {
                throw new IllegalArgumentException(probabilities.length
                        + " probabilities are no whole number of images of " + marginal.length + " classes.");
            }
            for (int from = 0; from < probabilities.length; from += marginal.length) {
                for (int c = 0; c < marginal.length; c++) {
                    double p = probabilities[from + c];
                    marginal[c] += p;
                    negativeEntropy += xLogX(p);
                }
                if (++inPart == partSize) {
                    endPart();
                }
            }
        }

        /**
         * The statistics of all images added, which ends the part.
         *
         * @throws IllegalArgumentException if there were none
         */
        public PredictionStatistics finish() {
            if (inPart > 0) {
                endPart();
            }
            return new PredictionStatistics(divergences);
        }

        private void endPart() {
            double divergence = negativeEntropy / inPart;
            for (int c = 0; c < marginal.length; c++) {
                divergence -= xLogX(marginal[c] / inPart);
                marginal[c] = 0;
            }
            divergences.add(divergence);
            inPart = 0;
            negativeEntropy = 0;
        }

        /** Zero at zero, its limit. */
        private static double xLogX(double x) {
            return x > 0 ? x * Math.log(x) : 0;
        }
    }
}
