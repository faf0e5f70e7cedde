package io.adm4j.harness.bench;

/**
 * What it takes to sample and score many images with processes that share the work by whole batches, each on a worker of its own: a
 * GPU, or a machine. Time is that of the slowest worker; failures come at random and cost the batch that a worker is at, and its start.
 *
 * @param stepSeconds of one step of one image on a worker, in a batch of the size below: the time of a step divided by the batch size
 * @param steps of an image
 * @param batchSize images sampled at once and kept together
 * @param startSeconds until a process samples
 * @param failuresPerHour of one worker, on average
 * @param imageBytes of an image as it is kept
 * @param bandwidth of the storage that all share, bytes a second
 */
public record ScalePlan(
        double stepSeconds,
        int steps,
        int batchSize,
        double startSeconds,
        double failuresPerHour,
        long imageBytes,
        double bandwidth) {
    private static final double HOUR = 3600;

    /**
     * What sampling takes.
     *
     * @param images in all
     * @param workers at once
     * @param computeSeconds of all workers together, without starts and failures
     * @param samplingSeconds from the start of the workers until the last is done, failures included
     * @param lostSeconds of all workers together that failures cost, as expected
     * @param bytes of the kept batches
     * @param joiningSeconds to read the batches and write one file
     */
    public record Sampling(
            long images,
            int workers,
            double computeSeconds,
            double samplingSeconds,
            double lostSeconds,
            double bytes,
            double joiningSeconds) {}

    /**
     * What failures cost of a worker's time.
     *
     * @return below 1, else no batch is ever finished
     */
    public double lostShare() {
        double redone = startSeconds + batchSeconds() / 2;
        return failuresPerHour / HOUR * redone;
    }

    private double batchSeconds() {
        return stepSeconds * steps * batchSize;
    }

    /**
     * The cost of sampling.
     *
     * @param images at least 1
     * @param workers at least 1
     */
    public Sampling sampling(long images, int workers) {
        long batches = (images + batchSize - 1) / batchSize;
        long largestShare = Math.min(images, (batches + workers - 1) / workers * batchSize);
        double undisturbed = startSeconds + largestShare * steps * stepSeconds;
        double bytes = (double) images * imageBytes;
        // The storage takes what all workers write together.
        double seconds = Math.max(undisturbed / (1 - lostShare()), bytes / bandwidth);
        double busy = workers * startSeconds + images * steps * stepSeconds;
        return new Sampling(
                images,
                workers,
                images * steps * stepSeconds,
                seconds,
                busy * lostShare() / (1 - lostShare()),
                bytes,
                2 * bytes / bandwidth);
    }
}
