package io.adm4j.harness.bench;

/**
 * What exact nearest neighbors take, as precision, recall, density and coverage need them: distances within the samples, within the
 * reference and between the two. A worker holds a block of rows and reads all others, so that memory has a limit and the bytes that move
 * grow with the square of the images.
 *
 * @param reference images of the reference
 * @param pairsPerSecond distances that one worker computes in a second
 * @param blockRows features that a worker holds
 * @param rowBytes of one image's features
 */
public record NeighborPlan(int reference, double pairsPerSecond, int blockRows, long rowBytes) {
    /**
     * The cost for a number of samples.
     *
     * @param pairs distances
     * @param seconds on so many workers, each with the same share
     * @param featureBytes of samples and reference
     * @param movedBytes that workers read in all
     */
    public record Neighbors(double pairs, double seconds, double featureBytes, double movedBytes) {}

    /** The cost of scoring these samples on so many workers. */
    public Neighbors of(long samples, int workers) {
        double n = samples;
        double r = reference;
        double pairs = n * n + n * r + r * r;
        double rows = n + r;
        double blocks = Math.ceil(rows / blockRows);
        return new Neighbors(pairs, pairs / pairsPerSecond / workers, rows * rowBytes, blocks * rows * rowBytes);
    }
}
