package io.adm4j.harness.cli.option;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.restoration.RestorationRun;
import io.adm4j.harness.sampling.ImageFiles;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.ImageGrid;
import io.adm4j.io.NpzWriter;
import io.adm4j.io.OutputPath;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Where restored images go. */
public final class RestorationOutputOptions {
    private static final int MOST_COLUMNS = 20;
    private static final long GRID_BYTES = 1 << 28;

    @Option(
            names = "--out",
            paramLabel = "PATH",
            converter = ImageTarget.Converter.class,
            description =
                    "The results: in a folder (an existing one, or ending in /) as PNG files with image and variant in the"
                            + " name; one result as FILE.png; else in FILE.npz: arr_0 NHWC uint8, all variants of the first"
                            + " image first, arr_1 labels if they have any.")
    private ImageTarget out;

    @Option(
            names = "--grid",
            paramLabel = "FILE.png",
            description =
                    "Damaged images in the first row, their results below, and with --degrade the truth in the last row.")
    private Path grid;

    @Option(
            names = "--json",
            paramLabel = "FILE.json",
            description = "With --degrade: settings, and PSNR and SSIM of each result, as JSON.")
    private Path json;

    /**
     * Checks the paths, before anything is loaded.
     *
     * @param truthKnown whether results can be compared
     * @param inputs files that the command reads; null ones are skipped
     * @throws UserError if images would go nowhere, or somewhere that cannot be written
     */
    public void check(boolean truthKnown, Path... inputs) {
        if (out == null && grid == null && json == null) {
            throw new UserError("Say where the images go: --out FOLDER/, --out FILE.npz or --grid FILE.png.");
        }
        if (json != null && !truthKnown) {
            throw new UserError(
                    "--json has PSNR and SSIM, which need the images before the damage: give them in --input,"
                            + " with --degrade, or leave out --json.");
        }
        List<OutputPath> files = new ArrayList<>();
        if (out != null) {
            out.check("--out");
            files.add(new OutputPath("--out", out.path()));
        }
        Stream.of(new OutputPath("--grid", grid), new OutputPath("--json", json))
                .filter(file -> file.path() != null)
                .forEach(file -> {
                    file.requireFile();
                    files.forEach(other -> file.requireOtherThan(other.path()));
                    files.add(file);
                });
        files.forEach(file -> file.requireOtherThan(inputs));
    }

    /**
     * Checks that the results fit the outputs, before they are made.
     *
     * @throws UserError if they do not
     */
    public void check(int images, int variants, long bytesOfOne, int channels) {
        long results = (long) images * variants;
        if (results > 1 && out != null && out.form() == ImageTarget.Form.PNG) {
            throw new UserError("--out " + out.path() + " takes one image, and there will be " + results
                    + " results: name a folder or a file that ends in .npz.");
        }
        boolean files = out != null && out.form() != ImageTarget.Form.NPZ;
        if ((files || grid != null) && !PngWriter.holds(channels)) {
            throw new UserError((files ? "--out " + out.path() : "--grid " + grid) + " would be PNG, which holds images"
                    + " with 1, 3 or 4 channels, and these have " + channels + ": give --out FILE.npz instead.");
        }
        if ((results + 2L * images) * bytesOfOne > GRID_BYTES) {
            throw new UserError(results + " results are too many to be kept in memory: give --samples "
                    + Math.max(1, GRID_BYTES / bytesOfOne / (variants + 2)) + " or fewer.");
        }
        if (out != null) {
            // Finished results and the output itself are on the disk together.
            long bytes = results * bytesOfOne;
            long missing = Math.max(0, bytes - SampleShards.bytesIn(out.partsFolder())) + bytes;
            new OutputPath("--out", out.path()).requireRoom(missing);
        }
    }

    /** Where finished results are kept until all are written; none without {@code --out}. */
    public Optional<Path> partsFolder() {
        return Optional.ofNullable(out).map(ImageTarget::partsFolder);
    }

    /**
     * Writes what was asked for.
     *
     * @param results uint8 {@code [N, H, W, C]} as the run gave them
     * @throws UserError if something cannot be written
     */
    public void write(RestorationRun run, Tensor results) {
        if (out != null) {
            makeParent(out.path());
            switch (out.form()) {
                case NPZ -> writeArrays(run, results);
                case PNG -> ImageFiles.write(results, 0, out.path());
                case FOLDER -> {
                    for (int i = 0; i < run.results(); i++) {
                        String name = String.format(
                                Locale.ROOT, "image%04d-variant%02d.png", i / run.variants(), i % run.variants());
                        ImageFiles.write(results, i, out.path().resolve(name));
                    }
                }
            }
        }
        if (grid != null) {
            makeParent(grid);
            int columns = Math.min(MOST_COLUMNS, run.images().count());
            byte[] png = PngWriter.encode(ImageGrid.of(columns).layOut(rows(run, results, columns)));
            write(grid, part -> Files.write(part, png));
        }
    }

    /**
     * Writes the report, if a file was named.
     *
     * @throws UserError if it cannot be written
     */
    public void write(ObjectNode report) {
        if (json != null) {
            makeParent(json);
            write(json, part -> Files.writeString(part, report.toPrettyString() + "\n"));
        }
    }

    private void writeArrays(RestorationRun run, Tensor results) {
        try (NpzWriter npz = NpzWriter.create(out.path())) {
            npz.write("arr_0", results);
            if (run.labels().isPresent()) {
                long[] ofImages = run.labels().get();
                long[] labels = new long[run.results()];
                Arrays.setAll(labels, i -> ofImages[i / run.variants()]);
                npz.write("arr_1", Tensor.of(labels, labels.length));
            }
            npz.finish();
        }
    }

    /** Damaged images, each variant and the truth, a row each; more images than columns continue below. */
    private static Tensor rows(RestorationRun run, Tensor results, int columns) {
        int count = run.images().count();
        int kinds = run.variants() + (run.images().truth().isPresent() ? 2 : 1);
        int blocks = (count + columns - 1) / columns;
        Tensor all = Tensor.zeros(
                ElementType.UINT8, (long) blocks * kinds * columns, results.dim(1), results.dim(2), results.dim(3));
        for (int image = 0; image < blocks * columns; image++) {
            for (int kind = 0; kind < kinds; kind++) {
                int place = (image / columns * kinds + kind) * columns + image % columns;
                ByteBuffer target = all.rows(place, place + 1).bytes();
                if (image >= count) {
                    while (target.hasRemaining()) {
                        target.put((byte) 0xff);
                    }
                } else if (kind == 0) {
                    target.put(run.images().shown().rows(image, image + 1).bytes());
                } else if (kind <= run.variants()) {
                    int result = image * run.variants() + kind - 1;
                    target.put(results.rows(result, result + 1).bytes());
                } else {
                    target.put(run.images()
                            .truth()
                            .orElseThrow()
                            .rows(image, image + 1)
                            .bytes());
                }
            }
        }
        return all;
    }

    private static void write(Path file, AtomicFile.Writer writer) {
        try {
            AtomicFile.write(file, writer);
        } catch (IOException e) {
            throw new UserError(file + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    private void makeParent(Path file) {
        Path folder = out != null && file.equals(out.path()) && out.form() == ImageTarget.Form.FOLDER
                ? file
                : file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UserError("Cannot write to " + file + ": " + e.getMessage() + ".", e);
        }
    }
}
