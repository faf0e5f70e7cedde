package io.adm4j.harness.evaluation.features;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How much a network's class probabilities say about the images of a set, part by part: for each consecutive part of the
 * set, in its order, the mean over the images of {@code KL( p(y|x) ‖ p(y) )}, where p(y) is the part's average. The
 * Inception Score takes these values.
 *
 * @param divergences one per part, in nats, from 0 to the logarithm of the number of classes
 * @param byImage of each part {@code KL( p(y|x) ‖ p(y) )} of each of its images, whose mean is the part's value
 * @param shuffled the values of parts of these sizes whose images are drawn from the whole set; empty if that is not known
 */
public record PredictionStatistics(List<Double> divergences, double[][] byImage, List<Double> shuffled) {
    public PredictionStatistics {
        divergences = List.copyOf(divergences);
        shuffled = List.copyOf(shuffled);
        if (divergences.isEmpty()) {
            throw new IllegalArgumentException("Statistics of class probabilities take at least one image.");
        }
    }

    /** Takes probabilities as they come; needs the memory of those of one part. Not for several threads. */
    public static final class Accumulator {
        private static final long SEED = 0;

        private final int classes;
        private final int partSize;
        private final List<Double> divergences = new ArrayList<>();
        private final List<double[]> byImage = new ArrayList<>();
        private Part part;
        /** Those of the part. */
        private final List<float[]> distributions = new ArrayList<>();
        /** Of random images; empty unless the number of images is known and makes several parts. */
        private final List<Part> shuffled;

        private final SplittableRandom random = new SplittableRandom(SEED);
        private int left;

        /**
         * For a set of unknown size, whose order then stays unjudged.
         *
         * @param classes number of classes, at least 1
         * @param partSize images in a part, at least 1; the last part may be smaller
         */
        public Accumulator(int classes, int partSize) {
            this(classes, partSize, 0);
        }

        /** @param images that will be added in all; 0 if that is not known */
        public Accumulator(int classes, int partSize, int images) {
            if (classes < 1 || partSize < 1) {
                throw new IllegalArgumentException(
                        "Class probabilities take at least one class and one image in a part.");
            }
            this.classes = classes;
            this.partSize = partSize;
            this.part = new Part(classes, partSize);
            this.left = images;
            this.shuffled = images <= partSize
                    ? List.of()
                    : IntStream.iterate(0, from -> from < images, from -> from + partSize)
                            .mapToObj(from -> new Part(classes, Math.min(partSize, images - from)))
                            .toList();
        }

        /**
         * Adds the class probabilities of images.
         *
         * @param probabilities one distribution after the other, each of as many elements as there are classes
         */
        public void add(float[] probabilities) {
            if (probabilities.length % classes != 0) {
                throw new IllegalArgumentException(probabilities.length
                        + " probabilities are no whole number of images of " + classes + " classes.");
            }
            for (int from = 0; from < probabilities.length; from += classes) {
                part.add(probabilities, from);
                distributions.add(Arrays.copyOfRange(probabilities, from, from + classes));
                if (part.left == 0) {
                    endPart();
                }
                if (!shuffled.isEmpty()) {
                    anyPart().add(probabilities, from);
                }
            }
        }

        /** A part with room for an image, each place being equally likely. */
        private Part anyPart() {
            int place = random.nextInt(left--);
            for (Part one : shuffled) {
                if (place < one.left) {
                    return one;
                }
                place -= one.left;
            }
            throw new IllegalStateException("There are more images than were announced.");
        }

        /**
         * The statistics of all images added, which ends the part.
         *
         * @throws IllegalArgumentException if there were none
         */
        public PredictionStatistics finish() {
            if (part.count > 0) {
                endPart();
            }
            return new PredictionStatistics(
                    divergences,
                    byImage.toArray(double[][]::new),
                    left == 0 ? shuffled.stream().map(Part::divergence).toList() : List.of());
        }

        private void endPart() {
            divergences.add(part.divergence());
            byImage.add(distributions.stream().mapToDouble(part::divergenceOf).toArray());
            distributions.clear();
            part = new Part(classes, partSize);
        }
    }

    /** Some images. */
    private static final class Part {
        private final double[] marginal;
        private double negativeEntropy;
        private int count;
        private int left;

        Part(int classes, int size) {
            marginal = new double[classes];
            left = size;
        }

        void add(float[] probabilities, int from) {
            for (int c = 0; c < marginal.length; c++) {
                double p = probabilities[from + c];
                marginal[c] += p;
                negativeEntropy += xLogX(p);
            }
            count++;
            left--;
        }

        double divergence() {
            double divergence = negativeEntropy / count;
            for (double sum : marginal) {
                divergence -= xLogX(sum / count);
            }
            return divergence;
        }

        /** Of one image's distribution from the part's average. */
        double divergenceOf(float[] distribution) {
            double divergence = 0;
            for (int c = 0; c < marginal.length; c++) {
                double p = distribution[c];
                // Where the average is 0, so is p.
                divergence += p > 0 ? p * Math.log(p * count / marginal[c]) : 0;
            }
            return divergence;
        }

        /** Zero at zero, its limit. */
        private static double xLogX(double x) {
            return x > 0 ? x * Math.log(x) : 0;
        }
    }
}
