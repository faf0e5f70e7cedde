package io.adm4j.harness;

import io.adm4j.harness.sampling.FinishedBatch;
import io.adm4j.harness.sampling.LabelChoice;
import io.adm4j.harness.sampling.ModelPictures;
import io.adm4j.harness.sampling.PictureSource;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.SamplingRun;
import io.adm4j.harness.sampling.StartNoise;
import io.adm4j.harness.sampling.TrajectoryRecorder;
import io.adm4j.io.PictureGrid;
import io.adm4j.io.PngWriter;
import io.adm4j.model.ModelBundle;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Samples pictures from a bundle. */
@Command(
        name = "sample",
        description = "Samples pictures. The i-th picture (from 0) of a run with seed s has seed s+i and depends on that"
                + " seed, its label, the bundle and the settings alone, whatever the batch size. An interrupted run goes on"
                + " where it was when the same command is given again.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SampleCommand implements Runnable {
    private static final long GRID_BYTES = 1 << 28;

    @Option(names = "--bundle", paramLabel = "FOLDER", description = "Model bundle (default: the embedded one).")
    private Path bundle;

    @Option(
            names = "--labels",
            defaultValue = "all",
            description = "all (each class in turn), balanced (all equally often, in random order), random, or labels and"
                    + " class names separated by commas, taken in turn (default ${DEFAULT-VALUE}).")
    private String labels;

    @Option(names = "--num-samples", description = "Pictures (default: one for each label named).")
    private Integer numSamples;

    @Option(names = "--seed", defaultValue = "0", description = "Seed of the first picture (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--sampler", defaultValue = "ddim", description = "ddim or ddpm (default ${DEFAULT-VALUE}).")
    private String sampler;

    @Option(
            names = "--steps",
            defaultValue = "25",
            description = "A number of steps, numbers by section (90,60,60,20,20) or ddimN (default ${DEFAULT-VALUE}).")
    private String steps;

    @Option(names = "--eta", defaultValue = "0", description = "Noise of DDIM, 0 to 1 (default ${DEFAULT-VALUE}).")
    private double eta;

    @Option(
            names = "--classifier-scale",
            defaultValue = "0",
            description = "Strength of the classifier's guidance; 0 does not run it (default ${DEFAULT-VALUE}).")
    private double classifierScale;

    @Option(
            names = "--clip-denoised",
            arity = "1",
            defaultValue = "true",
            description = "Clip predictions of x_0 to [-1, 1] (default ${DEFAULT-VALUE}).")
    private boolean clipDenoised;

    @Option(names = "--batch-size", defaultValue = "16", description = "Default ${DEFAULT-VALUE}.")
    private int batchSize;

    @Option(
            names = "--out",
            paramLabel = "FILE.npz",
            description = "Pictures as the published code writes them: arr_0 NHWC uint8, arr_1 labels.")
    private Path out;

    @Option(names = "--grid", paramLabel = "FILE.png", description = "Pictures side by side.")
    private Path grid;

    @Option(
            names = "--noise",
            paramLabel = "FILE",
            description = "Start noise: npy, or npz with an array 'noise' or 'arr_0'; float32 [N, 3, H, W].")
    private Path noise;

    @Option(
            names = "--trajectory",
            paramLabel = "FILE.npz",
            description = "Every step of all pictures, which must fit one batch: xs, pred_xstart, timesteps.")
    private Path trajectory;

    @Mixin
    private DeviceOptions runtime;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (out == null && grid == null && trajectory == null) {
            throw new UserError("Say where the pictures go: --out FILE.npz, --grid FILE.png or --trajectory FILE.npz.");
        }
        ModelBundle model = ModelBundle.load(bundle == null ? EmbeddedBundle.folder() : bundle);
        LabelChoice choice = LabelChoice.of(labels, model.manifest());
        StartNoise start = StartNoise.of(noise, model.manifest().imageSize());
        int count = numSamples != null ? numSamples : noise != null ? start.count() : choice.round();
        if (count < 1 || batchSize < 1) {
            throw new UserError("--num-samples and --batch-size are at least 1.");
        }
        if (trajectory != null && count > batchSize) {
            throw new UserError("A trajectory is kept of one batch: give --batch-size " + count + " or fewer --num-samples.");
        }
        SamplingSettings settings = new SamplingSettings(sampler, steps, eta, classifierScale, clipDenoised);
        long begin = System.nanoTime();
        int resumed;
        try (SamplingPipeline pipeline = SamplingPipeline.open(model, runtime.device, runtime.threads)) {
            resumed = sample(new ModelPictures(pipeline, choice, settings, seed, count, start), choice.round());
        }
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%d pictures in %.1f s%s%n",
                        count,
                        (System.nanoTime() - begin) / 1e9,
                        resumed > 0 ? " (" + resumed + " of them from before)" : "");
        spec.commandLine().getOut().flush();
    }

    /** @return how many pictures were there from an interrupted run */
    private int sample(PictureSource source, int round) {
        ByteBuffer kept = grid == null ? null : memory(source.count(), source.imageSize());
        SamplingRun run = out == null
                ? SamplingRun.of(source, batchSize)
                : SamplingRun.keptIn(SampleShards.folderBeside(out), source, batchSize);
        makeParent(grid);
        makeParent(trajectory);
        TrajectoryRecorder recorder = new TrajectoryRecorder();
        if (trajectory != null) {
            run = run.watchedBy(recorder);
        }
        try (Progress progress = Progress.start("Sampling", run.count(), "pictures")) {
            for (FinishedBatch batch = run.next(); batch != null; batch = run.next()) {
                if (kept != null) {
                    kept.put(batch.pictures().bytes());
                }
                progress.step(batch.count());
            }
        }
        if (out != null) {
            SampleShards shards = run.shards().orElseThrow();
            shards.join(run.count(), out);
            shards.delete();
        }
        if (trajectory != null) {
            recorder.write(trajectory);
        }
        if (grid != null) {
            int size = run.imageSize();
            writeGrid(Tensor.wrap(ElementType.UINT8, kept.flip(), run.count(), size, size, 3), round);
        }
        return run.resumed();
    }

    private static ByteBuffer memory(int count, int size) {
        long bytes = 3L * count * size * size;
        if (bytes > GRID_BYTES) {
            throw new UserError("A grid of " + count + " pictures is too large: give --num-samples "
                    + GRID_BYTES / (3L * size * size) + " or fewer, or leave out --grid.");
        }
        return ByteBuffer.allocate((int) bytes);
    }

    private static void makeParent(Path file) {
        if (file == null) {
            return;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new UserError("Cannot write to " + file + ": " + e.getMessage() + ".", e);
        }
    }

    private void writeGrid(Tensor pictures, int round) {
        int count = (int) pictures.dim(0);
        int columns = round > 1 && count > round ? round : (int) Math.ceil(Math.sqrt(count));
        try {
            Files.write(grid, PngWriter.encode(PictureGrid.of(Math.min(columns, 20)).layOut(pictures)));
        } catch (IOException e) {
            throw new UserError("The grid cannot be written to " + grid + ": " + e.getMessage() + ".", e);
        }
    }
}
