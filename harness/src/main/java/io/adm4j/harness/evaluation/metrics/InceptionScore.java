package io.adm4j.harness.evaluation.metrics;

/**
 * The Inception Score (Salimans et al. 2016, section 4) of the class probabilities that a network gives to images:
 *
 * <pre>exp( E_x KL( p(y|x) ‖ p(y) ) )</pre>
 *
 * <p>computed on consecutive parts of the set, in its order, and averaged as in the published evaluator (parts of 5,000;
 * the last may be smaller). It lies between 1 and the number of classes. Only on the Inception network is it the figure
 * of the literature.
 *
 * @param mean average over the parts
 * @param standardDeviation spread over the parts (population form); 0 for a single one
 * @param splits number of parts
 */
public record InceptionScore(double mean, double standardDeviation, int splits) {

    /** Takes probabilities as they come; needs the memory of one distribution. */
    public static final class Accumulator {
        private final int splitSize;
        private final double[] marginal;
        private double negativeEntropy;
        private int inSplit;
        private int splits;
        private double sum;
        private double sumOfSquares;

        /**
         * @param classes number of classes, at least 1
         * @param splitSize images in a part, at least 1
         */
        public Accumulator(int classes, int splitSize) {
            if (classes < 1 || splitSize < 1) {
                throw new IllegalArgumentException("An Inception Score takes at least one class and one image a part.");
            }
            this.marginal = new double[classes];
            this.splitSize = splitSize;
        }

        /** Adds the probabilities of one image's classes, which lie in {@code values} from {@code offset} on. */
        public void addProbabilities(float[] values, int offset) {
            double[] p = new double[marginal.length];
            for (int c = 0; c < p.length; c++) {
                p[c] = values[offset + c];
            }
            add(p);
        }

        /**
         * The score of all images added.
         *
         * @throws IllegalStateException if there were none
         */
        public InceptionScore finish() {
            endSplit();
            if (splits == 0) {
                throw new IllegalStateException("An Inception Score takes at least one image.");
            }
            double mean = sum / splits;
            double variance = Math.max(0, sumOfSquares / splits - mean * mean);
            return new InceptionScore(mean, splits == 1 ? 0 : Math.sqrt(variance), splits);
        }

        private void add(double[] p) {
            for (int c = 0; c < p.length; c++) {
                marginal[c] += p[c];
                negativeEntropy += xLogX(p[c]);
            }
            if (++inSplit == splitSize) {
                endSplit();
            }
        }

        private void endSplit() {
            if (inSplit == 0) {
                return;
            }
            double divergence = negativeEntropy / inSplit;
            for (int c = 0; c < marginal.length; c++) {
                divergence -= xLogX(marginal[c] / inSplit);
                marginal[c] = 0;
            }
            double score = Math.exp(divergence);
            sum += score;
            sumOfSquares += score * score;
            splits++;
            inSplit = 0;
            negativeEntropy = 0;
        }

        /** Zero at zero, its limit. */
        private static double xLogX(double x) {
            return x > 0 ? x * Math.log(x) : 0;
        }
    }
}
