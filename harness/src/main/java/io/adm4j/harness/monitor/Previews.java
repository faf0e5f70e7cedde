package io.adm4j.harness.monitor;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.harness.sampling.LabelAssignment;
import io.adm4j.harness.sampling.ModelSamples;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingStart;
import io.adm4j.harness.training.log.EventLog;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.ImageGrid;
import io.adm4j.io.PngWriter;
import io.adm4j.runtime.Device;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Samples a grid every so many steps, {@code step-00001000.png}: always of the seeds 0, 1, 2, ... and of all classes in
 * turn, by 25 steps of DDIM. They are sampled from a checkpoint, so that the run itself stays as it is; one that fails is a
 * warning.
 */
public final class Previews implements TrainingListener {
    private final Path folder;
    private final long interval;
    private final int samples;
    private final DenoiserSnapshot denoiser;
    private final Device device;
    private final int threads;
    private final EventLog events;
    private final Consumer<String> warnings;

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
            Device device,
            int threads,
            EventLog events,
            Consumer<String> warnings) {
        this.folder = folder;
        this.interval = interval;
        this.samples = samples;
        this.denoiser = denoiser;
        this.device = device;
        this.threads = threads;
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
        if (!needsCheckpoint(checkpoint.step())) {
            return;
        }
        try {
            denoiser.with(checkpoint, bundle -> write(checkpoint.step(), sample(bundle)));
        } catch (RuntimeException e) {
            warnings.accept("No preview of step " + checkpoint.step() + ": " + e.getMessage());
        }
    }

    private Tensor sample(ModelBundle bundle) {
        try (SamplingPipeline pipeline = SamplingPipeline.open(bundle, device, threads)) {
            LabelAssignment labels = LabelAssignment.of("all", pipeline.manifest(), false);
            return new ModelSamples(pipeline, labels, SamplingSettings.defaults(), 0, samples)
                    .images(0, samples, StepListener.none());
        }
    }

    private void write(long step, Tensor images) {
        Tensor grid = ImageGrid.of((int) Math.ceil(Math.sqrt(samples))).layOut(images);
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
