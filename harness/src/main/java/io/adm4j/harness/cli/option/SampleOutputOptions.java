package io.adm4j.harness.cli.option;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.sampling.FinishedBatch;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.harness.sampling.SamplingRun;
import io.adm4j.harness.sampling.TrajectoryRecorder;
import io.adm4j.harness.sampling.UpsampledSamples;
import io.adm4j.io.ImageGrid;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where sampled images go. */
public final class SampleOutputOptions {
    private static final long GRID_BYTES = 1 << 28;
    private static final int MOST_COLUMNS = 20;

    @Option(
            names = "--out",
            paramLabel = "FILE.npz",
            description = "Images as the published code writes them: arr_0 NHWC uint8, arr_1 labels if they have any.")
    Path out;

    @Option(
            names = "--base-out",
            paramLabel = "FILE.npz",
            description = "With --upsampler: the images before upsampling, in the same form.")
    public Path baseOut;

    @Option(names = "--grid", paramLabel = "FILE.png", description = "Images side by side.")
    Path grid;

    @Option(
            names = "--trajectory",
            paramLabel = "FILE.npz",
            description = "Every step of all images, which must fit one batch: xs, pred_xstart, timesteps. With"
                    + " --upsampler its steps.")
    Path trajectory;

    /** @throws UserError if images would go nowhere */
    public void check() {
        if (out == null && grid == null && trajectory == null) {
            throw new UserError("Say where the images go: --out FILE.npz, --grid FILE.png or --trajectory FILE.npz.");
        }
    }

    /**
     * Makes the images and writes what is asked for.
     *
     * @param round images in a row of the grid, where there are several rows
     * @return the run, at its end
     * @throws UserError if something cannot be written, or is too much for memory; nothing is sampled then
     */
    public SamplingRun write(SampleSource source, int batchSize, int round) {
        if (trajectory != null && source.count() > batchSize) {
            throw new UserError(
                    "A trajectory is kept of one batch: give --batch-size " + source.count() + " or fewer --samples.");
        }
        ByteBuffer kept = grid == null ? null : memory(source.count(), source.imageSize());
        SamplingRun run = start(source, batchSize);
        makeParent(grid);
        makeParent(trajectory);
        TrajectoryRecorder recorder = new TrajectoryRecorder();
        if (trajectory != null) {
            run = run.withListener(recorder);
        }
        try (Progress progress = ConsoleProgress.onStandardError().start("Sampling", run.count(), "images")) {
            for (FinishedBatch batch = run.next(); batch != null; batch = run.next()) {
                if (kept != null) {
                    kept.put(batch.images().bytes());
                }
                progress.step(batch.count());
            }
        }
        run.shards().ifPresent(shards -> join(shards, source.count()));
        if (trajectory != null) {
            recorder.write(trajectory);
        }
        if (grid != null) {
            int size = run.imageSize();
            writeGrid(Tensor.wrap(ElementType.UINT8, kept.flip(), run.count(), size, size, 3), round);
        }
        return run;
    }

    private SamplingRun start(SampleSource source, int batchSize) {
        Path file = out == null ? baseOut : out;
        return file == null
                ? SamplingRun.of(source, batchSize)
                : SamplingRun.keptIn(SampleShards.folderBeside(file), source, batchSize);
    }

    private void join(SampleShards shards, int count) {
        if (baseOut != null) {
            shards.ofStage(UpsampledSamples.BASE).join(count, baseOut);
        }
        if (out != null) {
            shards.join(count, out);
        }
        shards.delete();
    }

    private static ByteBuffer memory(int count, int size) {
        long bytes = 3L * count * size * size;
        if (bytes > GRID_BYTES) {
            throw new UserError("A grid of " + count + " images is too large: give --samples "
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

    private void writeGrid(Tensor images, int round) {
        int count = (int) images.dim(0);
        int columns = round > 1 && count > round ? round : (int) Math.ceil(Math.sqrt(count));
        try {
            Files.write(
                    grid,
                    PngWriter.encode(
                            ImageGrid.of(Math.min(columns, MOST_COLUMNS)).layOut(images)));
        } catch (IOException e) {
            throw new UserError("The grid cannot be written to " + grid + ": " + e.getMessage() + ".", e);
        }
    }
}
