package io.adm4j.harness.monitor;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.sampling.DatasetSamples;
import io.adm4j.harness.sampling.DownsampledSamples;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingStart;
import io.adm4j.harness.training.log.EventLog;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.ImageGrid;
import io.adm4j.io.PngWriter;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Samples a grid every so many steps, {@code step-00001000.png}: always of the seeds 0, 1, 2, ... and of all classes in
 * turn, by 25 steps of DDIM. An upsampler's samples stand between the low-resolution images that they are of and the originals.
 * They are sampled from a checkpoint, so that the run itself stays as it is; one that fails is a warning.
 */
public final class Previews implements TrainingListener {
    private final Path folder;
    private final long interval;
    private final int samples;
    private final DenoiserSnapshot denoiser;
    private final SnapshotSamples source;
    private final EventLog events;
    private final Consumer<String> warnings;
    private volatile boolean stopped;

    /**
     * @param folder of the grids; made if there is none
     * @param interval steps between grids, at least 1
     * @param samples images of a grid, at least 1
     * @param events notified before this
     */
    public Previews(
            Path folder,
            long interval,
            int samples,
            DenoiserSnapshot denoiser,
            SnapshotSamples source,
            EventLog events,
            Consumer<String> warnings) {
        this.folder = folder;
        this.interval = interval;
        this.samples = samples;
        this.denoiser = denoiser;
        this.source = source;
        this.events = events;
        this.warnings = warnings;
    }

    @Override
    public void started(TrainingStart start) {}

    @Override
    public void step(StepReport report) {}

    @Override
    public boolean needsCheckpoint(long step) {
        return step % interval == 0;
    }

    @Override
    public void saved(RunFolder.Checkpoint checkpoint) {
        if (stopped || !needsCheckpoint(checkpoint.step())) {
            return;
        }
        try {
            denoiser.with(checkpoint, bundle -> {
                Tensor images = sample(bundle);
                write(checkpoint.step(), images, columns());
                return images;
            });
        } catch (RuntimeException e) {
            if (!stopped) {
                warnings.accept("No preview of step " + checkpoint.step() + ": " + e.getMessage());
            }
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    private Tensor sample(ModelBundle bundle) {
        return source.with(bundle, SamplingSettings.defaults(), "all", samples, all -> {
            Tensor made = new StoppableSamples(all, () -> stopped).images(0, samples, StepListener.none());
            return source.upsampled()
                    .map(images ->
                            beside(made, images, bundle.manifest().smallSize().orElseThrow()))
                    .orElse(made);
        });
    }

    /** Samples of an upsampler, each between the low-resolution image that it is of and the original. */
    private Tensor beside(Tensor made, Dataset images, int smallSize) {
        DatasetSamples originals = new DatasetSamples(images, samples, false);
        Tensor original = originals.images(0, samples, StepListener.none());
        Tensor small = new DownsampledSamples(originals, smallSize).images(0, samples, StepListener.none());
        Tensor all = Tensor.zeros(ElementType.UINT8, 3L * samples, made.dim(1), made.dim(2), made.dim(3));
        ByteBuffer target = all.bytes();
        for (int i = 0; i < samples; i++) {
            target.put(magnified(small.rows(i, i + 1), (int) made.dim(1)))
                    .put(made.rows(i, i + 1).bytes())
                    .put(original.rows(i, i + 1).bytes());
        }
        return all;
    }

    /** Each pixel as a square of equal ones. */
    private static ByteBuffer magnified(Tensor image, int size) {
        int factor = (int) (size / image.dim(1));
        return new ImageGrid(1, 0, factor, 0).layOut(image).bytes();
    }

    private int columns() {
        return source.upsampled().isPresent()
                ? 3 * Math.max(1, (int) Math.round(Math.sqrt(samples / 3.0)))
                : (int) Math.ceil(Math.sqrt(samples));
    }

    private void write(long step, Tensor images, int columns) {
        Tensor grid = ImageGrid.of(columns).layOut(images);
        byte[] png = PngWriter.encode(grid);
        try {
            Files.createDirectories(folder);
            AtomicFile.write(
                    folder.resolve(String.format(Locale.ROOT, "step-%08d.png", step)), part -> Files.write(part, png));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        events.image(step, "samples", png, (int) grid.dim(1), (int) grid.dim(0), (int) grid.dim(2));
    }
}
