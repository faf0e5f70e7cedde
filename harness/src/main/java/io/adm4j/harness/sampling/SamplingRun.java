package io.adm4j.harness.sampling;

import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Generates the images of a source batch by batch, with one batch in memory. Finished batches may be kept in a folder; the
 * same run on the same folder then reads them from there, whether it was interrupted or not.
 *
 * <p>For one thread.
 */
public final class SamplingRun {
    private final SampleSource source;
    private final int batchSize;
    private final Optional<SampleShards> shards;
    private final Optional<StepListener> listener;
    private final Share share;
    private final int end;
    private int done;
    private int resumed;

    private SamplingRun(
            SampleSource source,
            int batchSize,
            Optional<SampleShards> shards,
            Optional<StepListener> listener,
            Share share) {
        this.source = source;
        this.batchSize = batchSize;
        this.shards = shards;
        this.listener = listener;
        this.share = share;
        this.end = share.to(source.count(), batchSize);
        this.done = first();
    }

    /**
     * A run that keeps nothing on disk.
     *
     * @param batchSize at least 1
     * @throws io.adm4j.feedback.UserError if the model cannot generate these images
     */
    public static SamplingRun of(SampleSource source, int batchSize) {
        source.check(batchSize);
        return new SamplingRun(source, batchSize, Optional.empty(), Optional.empty(), Share.WHOLE);
    }

    /**
     * A run whose finished batches are kept.
     *
     * @param folder created if missing; for one run only, whose parts may share it
     * @param batchSize at least 1
     * @throws io.adm4j.feedback.UserError if the model cannot generate these images; nothing is written then. Also if the
     *     folder holds batches of a run with other settings or another batch size, or cannot be written
     */
    public static SamplingRun keptIn(Path folder, SampleSource source, int batchSize) {
        return keptIn(folder, source, batchSize, Share.WHOLE);
    }

    /**
     * The batches of one of several processes that share a run and its folder; each may run at any time.
     *
     * @param folder as for the whole run, whose settings are the same
     * @param share of the batches; there may be none for it
     * @throws io.adm4j.feedback.UserError as {@link #keptIn(Path, SampleSource, int)}
     */
    public static SamplingRun keptIn(Path folder, SampleSource source, int batchSize, Share share) {
        source.check(batchSize);
        String settings = source.settings().put("batch_size", batchSize).toPrettyString();
        SampleShards shards = SampleShards.open(folder, settings);
        return new SamplingRun(source.keepingStages(shards), batchSize, Optional.of(shards), Optional.empty(), share);
    }

    /** The same run with a listener to each step; finished batches are generated again, as their steps are not kept. */
    public SamplingRun withListener(StepListener added) {
        return new SamplingRun(source, batchSize, shards, Optional.of(added), share);
    }

    private int first() {
        return share.from(source.count(), batchSize);
    }

    /** Number of images in all, or of this process's share. */
    public int count() {
        return end - first();
    }

    /** Height and width of the images in pixels. */
    public int imageSize() {
        return source.imageSize();
    }

    /** Channels of the images. */
    public int channels() {
        return source.channels();
    }

    /** Labels of these images, known before sampling; none for a model without classes. */
    public int[] labels() {
        return source.labels(first(), end);
    }

    /** How many of the images returned so far come from an earlier run. */
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
        if (done == end) {
            return null;
        }
        int from = done;
        int to = Math.min(end, from + batchSize);
        boolean kept = listener.isEmpty() && shards.isPresent() && shards.get().has(from);
        int[] labels = source.labels(from, to);
        Tensor images = kept ? shards.get().images(from) : generate(from, to, labels);
        done = to;
        resumed += kept ? to - from : 0;
        return new FinishedBatch(from, images, labels, kept);
    }

    private Tensor generate(int from, int to, int[] labels) {
        Tensor images = source.images(from, to, listener.orElse(StepListener.none()));
        shards.ifPresent(s -> s.put(from, images, labels));
        return images;
    }

    /** Generates what is missing of the images, without reading those that are kept. */
    public void complete() {
        for (int from = first(); from < end; from += batchSize) {
            if (shards.isEmpty() || !shards.get().has(from)) {
                int to = Math.min(end, from + batchSize);
                generate(from, to, source.labels(from, to));
            }
        }
    }

    /** The kept batches, if batches are kept. */
    public Optional<SampleShards> shards() {
        return shards;
    }
}
