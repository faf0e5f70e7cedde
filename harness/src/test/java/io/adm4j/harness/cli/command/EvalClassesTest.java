package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which classes of samples eval compares with which of the reference: samples are the reference's own images, so FID is 0. */
class EvalClassesTest {
    private static final int SIZE = 4;
    private static final int CLASSES = 12;
    private static final int OF_CLASS = 5;
    private static final int IMAGE = SIZE * SIZE * 3;

    @TempDir
    Path folder;

    private Path network;
    private byte[] pixels;

    @BeforeEach
    void write() throws IOException {
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        pixels = new byte[CLASSES * OF_CLASS * IMAGE];
        new Random(4).nextBytes(pixels);
    }

    @Test
    void foldersCalledByNumbersHaveTheseLabels() throws IOException {
        Path reference = numberedReference();

        assertEquals(
                CLASSES,
                zeros(folders("all", c -> String.valueOf(c), 0, CLASSES), reference)
                        .size());
        assertEquals(
                "[10, 11, 9]",
                zeros(folders("some", c -> String.valueOf(c), 9, CLASSES), reference)
                        .keySet()
                        .toString());
        assertEquals(
                3,
                zeros(folders("padded", c -> String.format("%03d", c), 8, 11), reference)
                        .size());
        assertEquals(
                3, zeros(folders("prefixes", c -> c + "_", 8, 11), reference).size());
    }

    @Test
    void namesPairWithNamesWhateverTheirOrder() throws IOException {
        Path reference = folders("real", c -> "kind" + c, 0, CLASSES);

        Map<String, Integer> scored = zeros(folders("some", c -> "Kind" + c, 9, CLASSES), reference);

        assertEquals("[kind10, kind11, kind9]", scored.keySet().toString());
        refused(
                "the samples have cat10, cat9; the reference has kind0, kind1, kind10,",
                command(folders("cats", c -> "cat" + c, 9, 11), reference));
        refused(
                "the samples have kind9; the reference has 0, 1, 2,",
                command(folders("one", c -> "kind" + c, 9, 10), numberedReference()));
    }

    @Test
    void labelsMayBeInFilesOfTheirOwn() throws IOException {
        Path images = folder.resolve("images.npz");
        Npz.write(images, Map.of("arr_0", all()));
        StringBuilder byNumber = new StringBuilder("number,label\n");
        StringBuilder byName = new StringBuilder();
        Path files = Files.createDirectory(folder.resolve("files"));
        for (int i = 0; i < CLASSES * OF_CLASS; i++) {
            byNumber.append(i).append(',').append(i / OF_CLASS).append('\n');
            byName.append(i).append(".png,").append(i / OF_CLASS).append('\n');
            png(files.resolve(i + ".png"), i);
        }
        Path numbers = Files.writeString(folder.resolve("numbers.csv"), byNumber);
        Path names = Files.writeString(folder.resolve("names.csv"), byName);
        Path features = folder.resolve("features.npz");
        succeeding(
                "features",
                "--features",
                network,
                "--data",
                files,
                "--label-file",
                files + "=" + names,
                "--out",
                features);

        for (Path samples : new Path[] {images, files, features}) {
            Map<String, Integer> scored = samples == features
                    ? zeros(samples, images, "--label-file", images + "=" + numbers)
                    : zeros(
                            samples,
                            numberedReference(),
                            "--label-file",
                            samples + "=" + (samples == images ? numbers : names));
            assertEquals(CLASSES, scored.size(), samples.toString());
        }
        refused(
                "has no label for 0.png, 1.png, 10.png and",
                command(files, images, "--label-file", files + "=" + numbers));
        // Given labels must fit even where no score needs them.
        refused(
                "has no label for 0, 1, 2 and",
                "eval",
                "--features",
                network,
                "--samples-npz",
                files,
                "--reference",
                images,
                "--label-file",
                images + "=" + names);
        refused("which is not among the images here", command(files, images, "--label-file", "other=" + names));
        refused("--label-file is for images", command(features, images, "--label-file", features + "=" + names));
    }

    @Test
    void aPrefixThatTellsNothingApartIsNoClass() throws IOException {
        for (IntFunction<String> name : java.util.List.<IntFunction<String>>of(i -> "sample_" + i, i -> i + "_seed")) {
            Path samples = Files.createDirectory(folder.resolve(name.apply(0)));
            for (int i = 0; i < 3 * OF_CLASS; i++) {
                png(samples.resolve(name.apply(i) + ".png"), i);
            }

            String out = succeeding(command(samples, numberedReference())).out();

            assertTrue(out.contains("Scores per class were left out: the samples have no labels."), out);
        }
    }

    @Test
    void labelsThatNobodyAskedForMayHaveAnyForm() throws IOException {
        Path oneHot = folder.resolve("onehot.npz");
        Npz.write(oneHot, Map.of("arr_0", all(), "arr_1", Tensor.of(new float[60 * 10], 60, 10)));
        Path views = Files.createDirectory(folder.resolve("views"));
        png(views.resolve("a.png"), 0);
        for (int i = 0; i < 9; i++) {
            png(views.resolve(i + ".png"), i);
        }
        Files.writeString(views.resolve("dataset.json"), "{\"labels\": [[\"a.png\", [0.5, 0.1]]]}");

        for (Path set : new Path[] {oneHot, views}) {
            String said = succeeding("eval", "--features", network, "--samples-npz", set, "--reference", set)
                    .err();
            assertTrue(said.contains("Scored without labels: "), said);
            assertEquals(said.indexOf("Scored without"), said.lastIndexOf("Scored without"));
            refused("", command(set, set));
        }
    }

    /** Of each class scored by its name its samples, after checking that they are the reference's. */
    private Map<String, Integer> zeros(Path samples, Path reference, Object... more) throws IOException {
        Path report = folder.resolve("report.json");
        succeeding(command(samples, reference, arguments("--out", report, more)));
        JsonNode result = new ObjectMapper().readTree(report.toFile()).at("/results/0");
        Map<String, Integer> scored = new TreeMap<>();
        for (JsonNode one : result.path("perClass")) {
            assertEquals(0, one.at("/scores/fid").asDouble(), 1e-9, one.toString());
            JsonNode name = result.at("/samples/classes").path(one.path("label").asInt());
            scored.put(
                    name.asText(one.path("label").asText()),
                    one.path("sampleCount").asInt());
        }
        return scored;
    }

    private Object[] command(Path samples, Path reference, Object... more) {
        return arguments(
                "eval",
                "--features",
                network,
                "--reference",
                reference,
                "--per-class",
                "--bootstrap",
                0,
                "--samples-npz",
                samples,
                more);
    }

    private Path numberedReference() {
        long[] labels = new long[CLASSES * OF_CLASS];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i / OF_CLASS;
        }
        Path file = folder.resolve("reference.npz");
        Npz.write(file, Map.of("arr_0", all(), "arr_1", Tensor.of(labels, labels.length)));
        return file;
    }

    private Tensor all() {
        return Tensor.of(pixels, CLASSES * OF_CLASS, SIZE, SIZE, 3);
    }

    /** The images of some classes, in folders or with prefixes. */
    private Path folders(String name, IntFunction<String> ofClass, int from, int to) throws IOException {
        Path root = folder.resolve(name);
        for (int i = from * OF_CLASS; i < to * OF_CLASS; i++) {
            String named = ofClass.apply(i / OF_CLASS);
            Path file = named.endsWith("_")
                    ? root.resolve(named + i + ".png")
                    : root.resolve(named).resolve(i + ".png");
            Files.createDirectories(file.getParent());
            png(file, i);
        }
        return root;
    }

    private void png(Path file, int number) throws IOException {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < SIZE * SIZE; p++) {
            int at = number * IMAGE + 3 * p;
            image.setRGB(
                    p % SIZE,
                    p / SIZE,
                    (pixels[at] & 0xff) << 16 | (pixels[at + 1] & 0xff) << 8 | pixels[at + 2] & 0xff);
        }
        ImageIO.write(image, "png", file.toFile());
    }
}
