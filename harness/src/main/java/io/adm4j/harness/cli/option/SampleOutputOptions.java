package io.adm4j.harness.cli.option;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.sampling.FinishedBatch;
import io.adm4j.harness.sampling.ImageFiles;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.harness.sampling.SamplingRun;
import io.adm4j.harness.sampling.Share;
import io.adm4j.harness.sampling.TrajectoryRecorder;
import io.adm4j.harness.sampling.UpsampledSamples;
import io.adm4j.io.ImageGrid;
import io.adm4j.io.OutputPath;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Where sampled images go. */
public final class SampleOutputOptions {
    private static final long GRID_BYTES = 1 << 28;
    private static final int MOST_COLUMNS = 20;

    @Option(
            names = "--out",
            paramLabel = "PATH",
            converter = ImageTarget.Converter.class,
            description =
                    "The images: in a folder (an existing one, or ending in /) as PNG files with seed and label in"
                            + " the name; one image as FILE.png; else as the published code writes them, in FILE.npz: arr_0 NHWC"
                            + " uint8, arr_1 labels if they have any.")
    ImageTarget out;

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

    /**
     * Checks the paths, before anything is loaded.
     *
     * @param inputs files that the command reads; null ones are skipped
     * @throws UserError if images would go nowhere, or somewhere that cannot be written
     */
    public void check(Path... inputs) {
        if (out == null && grid == null && trajectory == null) {
            throw new UserError(
                    "Say where the images go: --out FOLDER/, --out FILE.npz, --grid FILE.png or --trajectory"
                            + " FILE.npz.");
        }
        List<OutputPath> files = new ArrayList<>();
        if (out != null) {
            out.check("--out");
            files.add(new OutputPath("--out", out.path()));
        }
        Stream.of(
                        new OutputPath("--base-out", baseOut),
                        new OutputPath("--grid", grid),
                        new OutputPath("--trajectory", trajectory))
                .filter(file -> file.path() != null)
                .forEach(file -> {
                    file.requireFile();
                    files.forEach(other -> file.requireOtherThan(other.path()));
                    files.add(file);
                });
        files.forEach(file -> file.requireOtherThan(inputs));
    }

    /**
     * Checks that finished batches are kept, so that several processes can share them.
     *
     * @throws UserError if they are not
     */
    public void check(PartOption part) {
        part.requireKept(partsFolder().isPresent());
        if (part.share().isPresent() && trajectory != null) {
            throw new UserError("--trajectory is of one batch, which has no parts: leave out --part or --trajectory.");
        }
    }

    /**
     * Makes a share of the images, and keeps them for the run that joins all. A folder gets its image files now.
     *
     * @param names of image files
     * @return the run, at its end
     * @throws UserError if something cannot be written; nothing is sampled then
     */
    public SamplingRun writePart(SampleSource source, int batchSize, Share share, ImageFiles names) {
        requireOneForOneFile(source.count());
        requirePng(source.channels());
        requireRoom(source);
        SamplingRun run = SamplingRun.keptIn(partsFolder().orElseThrow(), source, batchSize, share);
        try (Progress progress = ConsoleProgress.onStandardError().start("Sampling", run.count(), "images")) {
            for (FinishedBatch batch = run.next(); batch != null; batch = run.next()) {
                writeImages(batch, names);
                progress.step(batch.count());
            }
        }
        return run;
    }

    /**
     * Makes the images and writes what is asked for.
     *
     * @param round images in a row of the grid, where there are several rows
     * @param names of image files
     * @return the run, at its end
     * @throws UserError if something cannot be written, or is too much for memory; nothing is sampled then
     */
    public SamplingRun write(SampleSource source, int batchSize, int round, ImageFiles names) {
        requireOneForOneFile(source.count());
        requirePng(source.channels());
        if (trajectory != null && source.count() > batchSize) {
            throw new UserError(
                    "A trajectory is kept of one batch: give --batch-size " + source.count() + " or fewer --samples.");
        }
        ByteBuffer kept = grid == null ? null : memory(source);
        requireRoom(source);
        SamplingRun run = start(source, batchSize);
        makeParent(grid);
        makeParent(trajectory);
        TrajectoryRecorder recorder = new TrajectoryRecorder(source.count());
        if (trajectory != null) {
            run = run.withListener(recorder);
        }
        try (Progress progress = ConsoleProgress.onStandardError().start("Sampling", run.count(), "images")) {
            for (FinishedBatch batch = run.next(); batch != null; batch = run.next()) {
                if (kept != null) {
                    kept.put(batch.images().bytes());
                }
                writeImages(batch, names);
                progress.step(batch.count());
            }
        }
        run.shards().ifPresent(shards -> join(shards, source.count()));
        if (trajectory != null) {
            recorder.write(trajectory);
        }
        if (grid != null) {
            int size = run.imageSize();
            writeGrid(Tensor.wrap(ElementType.UINT8, kept.flip(), run.count(), size, size, run.channels()), round);
        }
        return run;
    }

    private void requireOneForOneFile(int count) {
        if (count > 1 && out != null && out.form() == ImageTarget.Form.PNG) {
            String path = out.path().toString();
            throw new UserError("--out " + path + " takes one image, and " + count
                    + " are to be sampled: give --samples 1, a folder for a file each (--out "
                    + path.substring(0, path.length() - ".png".length()) + "/), or --grid " + path
                    + " for one file with all of them.");
        }
    }

    private void requirePng(int channels) {
        boolean files = out != null && out.form() != ImageTarget.Form.NPZ;
        if ((files || grid != null) && !PngWriter.holds(channels)) {
            throw new UserError((files ? "--out " + out.path() : "--grid " + grid) + " would be PNG, which holds images"
                    + " with 1, 3 or 4 channels, and these have " + channels + ": give --out FILE.npz instead.");
        }
    }

    /** Finished batches and the output itself are on the disk together; compressed ones count as if they were not. */
    private void requireRoom(SampleSource source) {
        Optional<Path> parts = partsFolder();
        if (parts.isPresent()) {
            long bytes = source.count() * bytesOfOne(source);
            long missing = Math.max(0, bytes - SampleShards.bytesIn(parts.get())) + bytes;
            new OutputPath(out == null ? "--base-out" : "--out", parts.get()).requireRoom(missing);
        }
    }

    private SamplingRun start(SampleSource source, int batchSize) {
        return partsFolder()
                .map(parts -> SamplingRun.keptIn(parts, source, batchSize))
                .orElseGet(() -> SamplingRun.of(source, batchSize));
    }

    /** Where finished batches are kept, for output that takes long enough to resume. */
    public Optional<Path> partsFolder() {
        return out == null
                ? Optional.ofNullable(baseOut).map(SampleShards::folderBeside)
                : Optional.of(out.partsFolder());
    }

    private void writeImages(FinishedBatch batch, ImageFiles names) {
        if (out == null) {
            return;
        }
        switch (out.form()) {
            case FOLDER -> names.write(batch, out.path());
            case PNG -> ImageFiles.write(batch.images(), 0, out.path());
            case NPZ -> {}
        }
    }

    private void join(SampleShards shards, int count) {
        if (baseOut != null) {
            shards.ofStage(UpsampledSamples.BASE).join(count, baseOut);
        }
        if (out != null && out.form() == ImageTarget.Form.NPZ) {
            shards.join(count, out.path());
        }
        shards.delete();
    }

    private static long bytesOfOne(SampleSource source) {
        return (long) source.channels() * source.imageSize() * source.imageSize();
    }

    private static ByteBuffer memory(SampleSource source) {
        long bytes = source.count() * bytesOfOne(source);
        if (bytes > GRID_BYTES) {
            throw new UserError("A grid of " + source.count() + " images is too large: give --samples "
                    + GRID_BYTES / bytesOfOne(source) + " or fewer, or leave out --grid.");
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
