package io.adm4j.harness.cli.command;

import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.console.StopNotice;
import io.adm4j.harness.cli.option.BaseBundleOption;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.EncodingOptions;
import io.adm4j.harness.cli.option.ImageOptions;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.sampling.ImageEncoder;
import io.adm4j.harness.sampling.ImageLabels;
import io.adm4j.harness.sampling.SphericalPath;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.ImageGrid;
import io.adm4j.io.Npz;
import io.adm4j.io.OutputPath;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code harness interpolate}: the images between two. */
@Command(
        name = "interpolate",
        description =
                "Samples the row of images between two: both are encoded into noise as by 'encode', and noise at even"
                        + " angles between is sampled back.")
public final class InterpolateCommand implements Runnable {
    private static final int AT_ONCE = 16;

    @Parameters(index = "0", paramLabel = "FIRST", description = "An image file, where the row begins.")
    private Path first;

    @Parameters(index = "1", paramLabel = "LAST", description = "An image file, where it ends.")
    private Path last;

    @Mixin
    private BaseBundleOption bundle;

    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description = "Class by name or number, which class-conditional denoisers need: one for all images, or two"
                    + " separated by a comma, of which the first half of the row takes the first.")
    private String label;

    @Option(
            names = "--count",
            paramLabel = "N",
            converter = Range.AtLeastTwo.class,
            defaultValue = "8",
            description = "Images in the row, both ends included (default ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--grid", paramLabel = "FILE.png", description = "The row as one image.")
    private Path grid;

    @Option(
            names = "--out",
            paramLabel = "FILE.npz",
            description =
                    "The sampled images, ends included: arr_0 NHWC uint8, arr_1 labels if the denoiser takes them.")
    private Path out;

    @ArgGroup(validate = false, heading = Section.SAMPLING)
    private EncodingOptions encoding = new EncodingOptions();

    @ArgGroup(validate = false, heading = Section.IMAGES)
    private ImageOptions images = new ImageOptions();

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private DeviceOptions runtime = new DeviceOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        checkOutputs();
        ModelBundle model = bundle.load();
        Manifest manifest = model.manifest();
        if (grid != null && !PngWriter.holds(manifest.channels())) {
            throw new UserError(
                    "--grid " + grid + " would be PNG, which holds images with 1, 3 or 4 channels, and these have "
                            + manifest.channels() + ": give --out FILE.npz instead.");
        }
        Dataset begin = open(first, manifest);
        Dataset end = open(last, manifest);
        Optional<long[]> pair = pair(manifest, begin, end);
        Tensor row;
        try (OnnxDenoiser denoiser = OnnxDenoiser.open(model, runtime.device, runtime.threads);
                StopNotice notice = StopNotice.of(spec.commandLine().getErr(), "Stopped; nothing was written.")) {
            row = sample(encoding.encoder(denoiser, manifest), ends(begin, end), pair);
        }
        write(row, pair);
        PrintWriter console = spec.commandLine().getOut();
        console.println("Written: " + (grid == null ? "" : grid) + (grid == null || out == null ? "" : " and ")
                + (out == null ? "" : out) + " (" + Count.of(count, "image") + " from " + first + " to " + last + ")");
        console.flush();
    }

    private void checkOutputs() {
        if (grid == null && out == null) {
            throw new UserError("Say where the row goes: --grid FILE.png or --out FILE.npz.");
        }
        if (grid != null) {
            OutputPath file = new OutputPath("--grid", grid);
            file.requireFile();
            file.requireOtherThan(first, last);
        }
        if (out != null) {
            OutputPath file = new OutputPath("--out", out);
            file.requireEnding(".npz", "an npz file");
            file.requireFile();
            file.requireOtherThan(first, last, grid);
        }
    }

    private Dataset open(Path file, Manifest manifest) {
        DatasetOptions options = images.of(manifest.imageSize(), Split.TEST).withChannels(manifest.channels());
        Dataset dataset = Dataset.open(file, options, spec.commandLine().getErr()::println);
        if (dataset.size() != 1) {
            throw new UserError("An end of the row is a single image, and " + file + " has "
                    + Count.of(dataset.size(), "image") + ": name an image file.");
        }
        return dataset;
    }

    /** The labels of both ends. */
    private Optional<long[]> pair(Manifest manifest, Dataset begin, Dataset end) {
        ImageLabels labels = ImageLabels.ofDenoiser(manifest);
        if (label != null || !labels.taken()) {
            return labels.of(label, begin, 0, 0);
        }
        long own = labels.of(null, begin, 0).orElseThrow()[0];
        return Optional.of(new long[] {own, labels.of(null, end, 0).orElseThrow()[0]});
    }

    private static Tensor ends(Dataset begin, Dataset end) {
        byte[] pixels = new byte[2 * begin.imageBytes()];
        begin.copy(0, pixels, 0);
        end.copy(0, pixels, begin.imageBytes());
        return Tensor.of(pixels, 2, begin.imageSize(), begin.imageSize(), begin.channels());
    }

    private Tensor sample(ImageEncoder encoder, Tensor ends, Optional<long[]> pair) {
        long total = 2L * encoder.encodingEvaluations() + (long) encoder.steps() * count;
        try (Progress progress = ConsoleProgress.onStandardError().start("Interpolating", total, "evaluations")) {
            Tensor y = pair.map(labels -> Tensor.of(labels, 2)).orElse(null);
            Tensor path = SphericalPath.between(encoder.encode(ends, y, () -> progress.step(2)), count);
            Tensor row = Tensor.zeros(ElementType.UINT8, count, ends.dim(1), ends.dim(2), ends.dim(3));
            ByteBuffer target = row.bytes();
            for (int from = 0; from < count; from += AT_ONCE) {
                int to = Math.min(count, from + AT_ONCE);
                Tensor some = pair.isEmpty() ? null : Tensor.of(labels(pair.get(), from, to), to - from);
                int rows = to - from;
                target.put(encoder.decode(path.rows(from, to), some, () -> progress.step(rows))
                        .bytes());
            }
            return row;
        }
    }

    /** The first half of the row has the label of its begin. */
    private long[] labels(long[] pair, int from, int to) {
        return IntStream.range(from, to)
                .mapToLong(i -> 2 * i < count ? pair[0] : pair[1])
                .toArray();
    }

    private void write(Tensor row, Optional<long[]> pair) {
        try {
            if (grid != null) {
                Files.createDirectories(grid.toAbsolutePath().getParent());
                byte[] png = PngWriter.encode(ImageGrid.of(count).layOut(row));
                AtomicFile.write(grid, part -> Files.write(part, png));
            }
            if (out != null) {
                Files.createDirectories(out.toAbsolutePath().getParent());
                Map<String, Tensor> arrays = new LinkedHashMap<>();
                arrays.put("arr_0", row);
                pair.ifPresent(labels -> arrays.put("arr_1", Tensor.of(labels(labels, 0, count), count)));
                Npz.write(out, arrays);
            }
        } catch (IOException e) {
            throw new UserError("The row cannot be written: " + e.getMessage() + ".", e);
        }
    }
}
