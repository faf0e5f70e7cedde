package io.adm4j.harness.evaluation.run;

import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.harness.sampling.SamplingRun;
import io.adm4j.harness.sampling.SlicedSamples;
import io.adm4j.io.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.stream.IntStream;

/** Samples that a bundle generates; finished batches are kept, so that an interrupted run resumes where it stopped. */
public final class GeneratedSamples implements SampleSet {
    private final SampleSource images;
    private final SamplingPoint point;
    private final int batchSize;
    private final String model;
    private final Path folder;
    private final Optional<Path> keptAs;

    /**
     * @param model its name in reports
     * @param batchSize samples generated at once
     * @param folder for the finished batches; of these samples alone
     * @param keptAs file that the samples end up in, as the published code writes them; empty to drop them
     * @throws io.adm4j.feedback.UserError if the model cannot generate these samples
     */
    public GeneratedSamples(
            SampleSource images, SamplingPoint point, String model, int batchSize, Path folder, Optional<Path> keptAs) {
        images.check(batchSize);
        this.images = images;
        this.point = point;
        this.model = model;
        this.batchSize = batchSize;
        this.folder = folder;
        this.keptAs = keptAs;
    }

    @Override
    public Optional<SamplingPoint> point() {
        return Optional.of(point);
    }

    @Override
    public int count() {
        return images.count();
    }

    @Override
    public boolean generated() {
        return true;
    }

    @Override
    public int imageSize() {
        return images.imageSize();
    }

    @Override
    public int channels() {
        return images.channels();
    }

    @Override
    public Optional<ImageClasses> classes() {
        int[] labels = images.labels(0, images.count());
        return labels.length == 0 ? Optional.empty() : Optional.of(ImageClasses.numbered(labels));
    }

    @Override
    public String identity() {
        return images.settings() + keptAs.map(file -> " kept as " + file).orElse("");
    }

    @Override
    public String contents() {
        return images.settings().toString();
    }

    @Override
    public GeneratedSamples part(int from, int to) {
        return new GeneratedSamples(
                new SlicedSamples(images, from, to),
                point,
                model,
                batchSize,
                folder.resolveSibling(folder.getFileName() + "-" + from + "-" + to),
                Optional.empty());
    }

    @Override
    public ImageStream open() {
        SamplingRun run = run();
        return ImageStream.ofBatches(
                count(),
                imageSize(),
                channels(),
                classes().map(ImageClasses::labels),
                () -> run.next().images());
    }

    @Override
    public ImageStream openRows(int... rows) {
        SamplingRun run = run();
        PrimitiveIterator.OfInt next = IntStream.of(rows).iterator();
        return ImageStream.ofBatches(
                rows.length,
                imageSize(),
                channels(),
                classes()
                        .map(classes -> IntStream.of(rows)
                                .map(row -> classes.labels()[row])
                                .toArray()),
                () -> run.image(next.nextInt()));
    }

    private SamplingRun run() {
        return SamplingRun.keptIn(folder, images, batchSize);
    }

    @Override
    public ImageSet describe() {
        keptAs.ifPresent(this::keep);
        return new ImageSet(
                keptAs.map(Path::toString).orElse("sampled by " + model), count(), imageSize(), keptAs.map(Sha256::of));
    }

    /** Features that were kept may have spared all images. */
    private void keep(Path file) {
        SamplingRun run = run();
        run.complete();
        run.shards().orElseThrow().join(count(), file);
    }

    @Override
    public void discard() {
        if (Files.isDirectory(folder)) {
            run().shards().ifPresent(SampleShards::delete);
        }
    }
}
