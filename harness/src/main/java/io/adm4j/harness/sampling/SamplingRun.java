package io.adm4j.harness.sampling;

import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Makes the images of a source batch by batch, never holding more than one. Finished batches may be kept in a folder;
 * the same run on the same folder then takes them from there, whether it was interrupted or not.
 *
 * <p>For one thread.
 */
public final class SamplingRun {
    private final SampleSource source;
    private final int batchSize;
    private final Optional<SampleShards> shards;
    private final Optional<StepListener> listener;
    private int done;
    private int resumed;

    private SamplingRun(
            SampleSource source, int batchSize, Optional<SampleShards> shards, Optional<StepListener> listener) {
        this.source = source;
        this.batchSize = batchSize;
        this.shards = shards;
        this.listener = listener;
    }

    /**
     * A run that leaves nothing on disk.
     *
     * @param batchSize at least 1
     * @throws IllegalArgumentException if the model cannot make these images; the message says what it could
     */
    public static SamplingRun of(SampleSource source, int batchSize) {
        source.check(batchSize);
        return new SamplingRun(source, batchSize, Optional.empty(), Optional.empty());
    }

    /**
     * A run whose finished batches are kept.
     *
     * @param folder made if it is not there; of one run alone
     * @param batchSize at least 1
     * @throws IllegalArgumentException if the model cannot make these images; nothing is written then
     * @throws io.adm4j.feedback.UserError if the folder holds batches of a run with other settings or another batch size,
     *     or cannot be written
     */
    public static SamplingRun keptIn(Path folder, SampleSource source, int batchSize) {
        source.check(batchSize);
        String settings = source.settings().put("batch_size", batchSize).toPrettyString();
        SampleShards shards = SampleShards.open(folder, settings);
        return new SamplingRun(source.keepingStages(shards), batchSize, Optional.of(shards), Optional.empty());
    }

    /** The same run with a listener to each step; the steps of a finished batch are gone, so it is made again. */
    public SamplingRun watchedBy(StepListener watcher) {
        return new SamplingRun(source, batchSize, shards, Optional.of(watcher));
    }

    /** Number of images in all. */
    public int count() {
        return source.count();
    }

    /** Height and width of the images in pixels. */
    public int imageSize() {
        return source.imageSize();
    }

    /** Labels of all images, known before they are made; none for a model without classes. */
    public int[] labels() {
        return source.labels(0, source.count());
    }

    /** How many of the images handed out so far were there from before. */
    public int resumed() {
        return resumed;
    }

    /**
     * The next batch.
     *
     * @return null after the last
     * @throws io.adm4j.sampling.SamplingStopped if the thread was interrupted
     * @throws io.adm4j.runtime.RuntimeFailure if a network fails
     */
    public FinishedBatch next() {
        if (done == source.count()) {
            return null;
        }
        int from = done;
        int to = Math.min(source.count(), from + batchSize);
        boolean there = listener.isEmpty() && shards.isPresent() && shards.get().has(from);
        int[] labels = source.labels(from, to);
        Tensor images = there ? shards.get().images(from) : make(from, to, labels);
        done = to;
        resumed += there ? to - from : 0;
        return new FinishedBatch(from, images, labels, there);
    }

    private Tensor make(int from, int to, int[] labels) {
        Tensor images = source.images(from, to, listener.orElse(StepListener.none()));
        shards.ifPresent(s -> s.put(from, images, labels));
        return images;
    }

    /** The kept batches, if there are any. */
    public Optional<SampleShards> shards() {
        return shards;
    }
}
