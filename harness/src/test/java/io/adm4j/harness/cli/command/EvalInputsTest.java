package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.export.importer.torch.PickleBytes;
import io.adm4j.harness.data.Resampling;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.io.NpyWriter;
import io.adm4j.io.Npz;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What eval makes of the files that people really have: taken rightly, or refused with one sentence. */
class EvalInputsTest {
    private static final int SIZE = 8;
    private static final int IMAGE = SIZE * SIZE * 3;
    private static final int COUNT = 40;

    @TempDir
    Path folder;

    private Path network;
    private Path reference;
    private byte[] pixels;

    @BeforeEach
    void write() throws IOException {
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        reference = npz("reference.npz", images(50, 1), null);
        pixels = new byte[COUNT * IMAGE];
        new Random(2).nextBytes(pixels);
    }

    @Test
    void floatsThatAreColoursAreTaken() throws IOException {
        JsonNode expected = score(npz("bytes.npz", Tensor.of(pixels, COUNT, SIZE, SIZE, 3), null));

        assertEquals(expected, score(npz("floats.npz", floats(i -> pixels[i] & 0xff), null)));
        Tensor wide = Tensor.zeros(ElementType.INT64, COUNT, SIZE, SIZE, 3);
        for (int i = 0; i < pixels.length; i++) {
            wide.longs().put(i, pixels[i] & 0xff);
        }
        assertEquals(expected, score(npz("longs.npz", wide, null)));
    }

    @Test
    void floatsThatAreNoColoursAreRefused() {
        refuse(
                "Image 7 in " + folder + "/nan.npz holds the value NaN",
                npz("nan.npz", floats(i -> i == 7 * IMAGE + 5 ? Double.NaN : 100), null));
        refuse("holds the value Infinity", npz("infinite.npz", floats(i -> Double.POSITIVE_INFINITY), null));
        refuse("holds the value 0.25;", npz("unit.npz", floats(i -> 0.25), null));
        refuse("holds the value -0.5", npz("signed.npz", floats(i -> -0.5), null));
        refuse("holds the value 256", npz("large.npz", floats(i -> 256), null));
        refuse("no value above 1", npz("binary.npz", floats(i -> i % 2), null));
        refuse(
                "what its values mean with --range",
                npz("half.npz", Tensor.zeros(ElementType.FLOAT16, COUNT, SIZE, SIZE, 3), null));
        refuse("images are uint8", npz("bool.npz", Tensor.zeros(ElementType.BOOL, COUNT, SIZE, SIZE, 3), null));
    }

    @Test
    void floatsOfAGivenRangeAreTaken() throws IOException {
        JsonNode expected = score(npz("bytes.npz", Tensor.of(pixels, COUNT, SIZE, SIZE, 3), null));
        Path unit = npz("unit.npz", floats(i -> (pixels[i] & 0xff) / 255.0), null);
        Path signed = npz("signed.npz", floats(i -> (pixels[i] & 0xff) / 127.5 - 1), null);

        assertEquals(expected, score(unit, "--range", "0..1"));
        assertEquals(expected, score(signed, "--range", "-1..1"));
        assertEquals(
                score(
                        npz("bytes.npz", Tensor.of(pixels, COUNT, SIZE, SIZE, 3), null),
                        "--reference",
                        signed,
                        "--range",
                        "-1..1"),
                score(signed, "--reference", signed, "--range=-1..1"));
        refuse("holds the value", signed, "--range", "0..1");
        refuse("no value below 0", unit, "--range", "-1..1");
        refuse("no value above 1", unit, "--range", "0..255");
        refuse("There is no range 0-1 of values; there are integers, 0..255, 0..1, -1..1", unit, "--range", "0-1");
        refuse("There is no layout wch of arrays", unit, "--layout", "wch");
    }

    @Test
    void statisticsOfOtherProgramsAreTakenOnBothSides() throws IOException {
        network = FeatureNetworks.channelMeans(folder.resolve("means.onnx"));
        Path edm = resource("edm2.pkl");
        Path saved = resource("fidelity.pt");
        Path samples = npz("samples.npz", images(COUNT, 2), null);
        Path npz = folder.resolve("stats.npz");
        Npz.write(
                npz,
                Map.of(
                        "mu", Tensor.of(new double[] {1, 2, 3}, 3),
                        "sigma", Tensor.of(new double[] {2, 0.5, 0, 0.5, 3, 0.25, 0, 0.25, 4}, 3, 3)));

        double expected = score(samples, "--reference", npz).path("fid").asDouble();

        assertTrue(expected > 0);
        for (Path statistics : List.of(edm, saved)) {
            assertEquals(
                    expected,
                    score(samples, "--reference", statistics).path("fid").asDouble(),
                    1e-9 * expected);
        }
        assertEquals(0, score(edm, "--reference", saved).path("fid").asDouble(), 1e-9);
        refuse("only statistics are scored", edm, "--reference", saved, "--samples", 2);
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        refuse("no statistics of the 24 features", samples, "--reference", edm);
    }

    private Path resource(String name) throws IOException {
        try (InputStream in = PickleBytes.class.getResourceAsStream(name)) {
            return Files.write(folder.resolve(name), in.readAllBytes());
        }
    }

    @Test
    void tarArchivesAreScoredAsFolders() throws IOException {
        Path images = Files.createDirectory(folder.resolve("images"));
        Path shards = Files.createDirectory(folder.resolve("shards"));
        for (int shard = 0; shard < 2; shard++) {
            try (TarArchiveOutputStream tar =
                    new TarArchiveOutputStream(Files.newOutputStream(shards.resolve("s-" + shard + ".tar")))) {
                for (int i = shard * 20; i < shard * 20 + 20; i++) {
                    String name = String.format(Locale.ROOT, "%04d", i);
                    Path png = images.resolve(name + ".png");
                    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
                    for (int p = 0; p < SIZE * SIZE; p++) {
                        int at = (i * SIZE * SIZE + p) * 3;
                        image.setRGB(
                                p % SIZE,
                                p / SIZE,
                                (pixels[at] & 0xff) << 16 | (pixels[at + 1] & 0xff) << 8 | pixels[at + 2] & 0xff);
                    }
                    ImageIO.write(image, "png", png.toFile());
                    add(tar, name + ".cls", String.valueOf(i % 2).getBytes(StandardCharsets.US_ASCII));
                    add(tar, name + ".png", Files.readAllBytes(png));
                }
            }
        }

        JsonNode expected = score(images);

        assertEquals(expected, score(shards));
        assertEquals(expected, score(shards.resolve("s-{0..1}.tar")));
        assertEquals(expected, score(shards.resolve("s-*.tar")));
        refuse("There is no file " + shards.resolve("s-2.tar"), shards.resolve("s-{0..2}.tar"));
    }

    @Test
    void parquetFilesAreScoredAsFolders() throws IOException {
        Path parquet = folder.resolve("images.parquet");
        try (InputStream in = EvalInputsTest.class.getResourceAsStream("/parquet/hugging_face.parquet")) {
            Files.copy(in, parquet);
        }
        Path images = Files.createDirectory(folder.resolve("images"));
        for (int i = 0; i < 12; i++) {
            // The formula of parquet_files.py.
            BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < SIZE * SIZE; p++) {
                image.setRGB(p % SIZE, p / SIZE, 20 * i << 16 | 16 * (p / SIZE) << 8 | 16 * (p % SIZE));
            }
            ImageIO.write(
                    image,
                    "png",
                    images.resolve(String.format(Locale.ROOT, "%02d.png", i)).toFile());
        }

        assertEquals(score(images), score(parquet));
        assertEquals(score(images, "--reference", images), score(images, "--reference", parquet));
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    @Test
    void arraysInOddFormsAreRefused() throws IOException {
        byte[] data = new byte[COUNT * IMAGE];
        String shape = "(" + COUNT + ", 8, 8, 3)";
        refuse("Fortran order", raw("fortran.npz", "'|u1'", true, shape, data));
        refuse("pickled Python objects", raw("objects.npz", "'|O'", false, shape, new byte[] {(byte) 0x80, 4, '.'}));
        refuse("is cut off", raw("short.npz", "'|u1'", false, shape, new byte[100]));
        refuse("more bytes than its header says", raw("long.npz", "'|u1'", false, shape, new byte[COUNT * IMAGE + 1]));
        refuse("big-endian", raw("big.npz", "'>f4'", false, shape, new byte[COUNT * IMAGE * 4]));
        refuse("structured array", raw("fields.npz", "[('r', '|u1')]", false, shape, data));
        byte[] whole = Files.readAllBytes(npz("whole.npz", images(COUNT, 2), null));
        refuse(
                "not a complete npz archive",
                Files.write(folder.resolve("half.npz"), Arrays.copyOf(whole, whole.length / 2)));
        whole[whole.length / 2] ^= 1;
        refuse("checksum", Files.write(folder.resolve("flipped.npz"), whole));
        refuse(
                "images of 4 channels, and the network takes 3",
                npz("channels.npz", Tensor.of(new byte[COUNT * 64 * 4], COUNT, 8, 8, 4), null));
        refuse("are 8x4", npz("oblong.npz", Tensor.of(new byte[COUNT * 32 * 3], COUNT, 4, 8, 3), null));
        refuse("at least one image", npz("empty.npz", Tensor.of(new byte[0], 0, 8, 8, 3), null));
        refuse("no file or folder", folder.resolve("nowhere.npz"));
        Path two = folder.resolve("two.npz");
        Npz.write(two, Map.of("x", images(1, 1), "y", images(1, 1)));
        refuse("has no array arr_0", two);
        refuse("give --layout chw", npz("planes.npz", Tensor.of(new byte[COUNT * IMAGE], COUNT, 3, SIZE, SIZE), null));
    }

    @Test
    void takesTheFirstSamplesAndRefusesTooFew() throws IOException {
        Path all = npz("all.npz", Tensor.of(pixels, COUNT, SIZE, SIZE, 3), null);
        Path first = npz("first.npz", Tensor.of(Arrays.copyOf(pixels, 25 * IMAGE), 25, SIZE, SIZE, 3), null);

        assertEquals(score(first), score(all, "--samples", 25, "--choice", "first"));
        refuse(all + " holds only 40 images, and --samples asks for 41", all, "--samples", 41);
        refuse("at least 1", all, "--samples", 0);
        refuse("--choice says which of the samples --samples N takes", all, "--choice", "first");
        refuse("--seed says how to sample", all, "--samples", 25, "--choice", "first", "--seed", 1);
        refuse("--seed says how to sample", all, "--seed", 1);
        refused(
                "--choice is for stored samples",
                "eval",
                "--features",
                network,
                "--reference",
                reference,
                "--samples",
                2,
                "--choice",
                "first");
    }

    @Test
    void fewerSamplesAreARandomChoiceOfAllClassesThatTheReportNames() throws IOException {
        long[] labels = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            labels[i] = i / 10;
        }
        Path all = npz("all.npz", Tensor.of(pixels, COUNT, SIZE, SIZE, 3), Tensor.of(labels, COUNT));
        Path json = folder.resolve("choice.json");

        JsonNode one = score(all, "--samples", 20);

        assertEquals(one, score(all, "--samples", 20, "--seed", 0));
        assertNotEquals(one, score(all, "--samples", 20, "--seed", 1));
        assertNotEquals(one, score(all, "--samples", 20, "--choice", "first"));
        String out = succeeding(command(all, "--samples", 20, "--per-class", "--out", json, "--reference", all))
                .out();
        String choice = "a random choice from 40 images (seed 0), balanced over 4 classes";
        assertTrue(out.contains("20 of 8x8, " + choice), out);
        JsonNode result = new ObjectMapper().readTree(json.toFile()).at("/results/0");
        assertEquals(choice, result.at("/samples/choice").asText());
        assertEquals(4, result.path("perClass").size());
        result.path("perClass")
                .forEach(c -> assertEquals(5, c.path("sampleCount").asInt(), c.toString()));
    }

    @Test
    void onlyTheSamplesThatAreTakenDecideWhetherTheyAreColours() throws IOException {
        Path binary = npz("binary.npz", floats(i -> i % 2), null);
        Path mixed = npz("mixed.npz", floats(i -> i < 20 * IMAGE ? i % 2 : i % 200), null);
        Path half = npz("half.npz", floats(i -> i < 20 * IMAGE ? i % 200 : 0.25), null);
        refuse("no value above 1", binary, "--samples", 20);
        refuse("no value above 1", binary, "--samples", 20, "--choice", "first");
        refuse("no value above 1", mixed, "--samples", 20, "--choice", "first");
        refuse("Image 20 in " + half + " holds the value 0.25;", half, "--samples", 21, "--choice", "first");

        score(mixed, "--samples", 20);
        score(half, "--samples", 20, "--choice", "first");
    }

    @Test
    void filesOfOthersAreReplacedOnlyByForce() throws IOException {
        Path samples = npz("samples.npz", images(COUNT, 2), null);
        Path json = Files.writeString(folder.resolve("settings.json"), "{\"adm4j\": 1}");
        refuse("exists and is not an earlier report: name another file, or give --force", samples, "--out", json);
        Path site = Files.createDirectory(folder.resolve("site"));
        Files.writeString(site.resolve("report.html"), "mine");
        refuse("report.html exists and is not an earlier report", samples, "--out", site);
        assertEquals("mine", Files.readString(site.resolve("report.html")));
        assertFalse(Files.exists(site.resolve("report.json")));

        succeeding(command(samples, "--out", json, "--force"));
        succeeding(command(samples, "--out", json));
        succeeding(command(samples, "--out", site, "--force"));
        succeeding(command(samples, "--out", site));
    }

    @Test
    void labelsMustFitTheImages() {
        Tensor images = images(COUNT, 2);
        long[] negative = new long[COUNT];
        negative[0] = -1;
        refuse(
                "it must be [40], one label for each image",
                npz("few.npz", images, Tensor.of(new long[39], 39)),
                "--per-class");
        refuse("Label -1 of image 0", npz("negative.npz", images, Tensor.of(negative, COUNT)), "--per-class");
        refuse("save them as int64", npz("floats.npz", images, Tensor.of(new float[COUNT], COUNT)), "--per-class");
    }

    @Test
    void theReferenceMustFitTheSamples() throws IOException {
        Path samples = npz("samples.npz", images(COUNT, 2), null);
        Path larger = npz("larger.npz", Tensor.of(new byte[9 * 16 * 16 * 3], 9, 16, 16, 3), null);
        refuse("are 16x16, but 8x8 are needed", samples, "--reference", larger);
        refuse("no file", samples, "--reference", folder.resolve("nowhere.npz"));
        Path strange = folder.resolve("strange.npz");
        Npz.write(strange, Map.of("strange", images(9, 1), "odd", images(9, 1)));
        refuse("has neither statistics (mu and sigma) nor images (arr_0); it holds [", samples, "--reference", strange);
        refuse("npz", samples, "--reference", Files.writeString(folder.resolve("text.npz"), "no archive"));
        refuse("holds no images", samples, "--reference", Files.createDirectory(folder.resolve("empty")));
    }

    @Test
    void aReferenceMayBeStatisticsAlone() throws IOException {
        Path samples = npz("samples.npz", images(COUNT, 2), null);
        Path report = folder.resolve("report");
        succeeding(command(samples, "--reference", statistics("statistics.npz", 3 * SIZE), "--out", report));

        JsonNode json =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        assertEquals(0, json.at("/reference/count").asInt());
        assertTrue(json.at("/results/0/scores/fid").asDouble() > 0);
        assertFalse(json.at("/results/0/scores").has("precision"), json.toString());
        refuse(
                "statistics of 5 features (mu), but the feature network gives 24",
                samples,
                "--reference",
                statistics("wrong.npz", 5));
    }

    @Test
    void samplesMayBeStatisticsOnBothSides() throws IOException {
        Path all = npz("all.npz", images(COUNT, 2), null);
        Path stats = folder.resolve("stats.npz");
        Path both = folder.resolve("both.npz");
        for (Path made : new Path[] {stats, both}) {
            succeeding(
                    "reference",
                    "--data",
                    all,
                    "--features",
                    network,
                    "--out",
                    made,
                    "--pictures",
                    made == both ? 15 : 0);
        }
        double expected = score(all).path("fid").asDouble();
        Path json = folder.resolve("report.json");

        String said = succeeding(command(stats, "--out", json)).out();

        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertEquals(expected, report.at("/results/0/scores/fid").asDouble(), 1e-9 * expected);
        assertEquals(0, report.at("/results/0/samples/count").asInt());
        assertFalse(report.at("/results/0/scores").has("precision"));
        assertTrue(said.contains("Samples            statistics alone"), said);
        assertTrue(
                said.contains(
                        "Inception Score, Precision, Recall were left out: of the samples only statistics are known."),
                said);
        assertTrue(said.contains("of 40 samples and of 50 reference images") || !said.contains("of 0"), said);
        assertEquals(expected, score(both, "--statistics").path("fid").asDouble(), 1e-9 * expected);
        assertEquals(0, score(stats, "--reference", stats).path("fid").asDouble(), 1e-9);
        assertEquals(
                0,
                score(stats, "--reference", both, "--metrics", "fid")
                        .path("fid")
                        .asDouble(),
                1e-9);
        CommandLineRun images = succeeding(command(both, "--out", json));
        assertTrue(
                images.err()
                        .contains("Took the 15 images in " + both
                                + ", not its statistics of 40 images, which --statistics" + " scores."),
                images.err());
        assertTrue(images.out().contains("15 of 8x8, not the statistics of 40 images in the file"), images.out());
        refuse("has no statistics (mu and sigma): leave out --statistics", all, "--statistics");
        refuse("takes a file with mu and sigma", Files.createDirectory(folder.resolve("set")), "--statistics");
        refuse("--samples chooses among images", stats, "--samples", 3);
        refuse("statistics of 5 features (mu)", statistics("wrong.npz", 5));
        succeeding(command(stats, "--per-class", "--metrics", "all", "--out", folder.resolve("page")));
    }

    @Test
    void aNetworkWithoutLogitsGivesAllButTheInceptionScore() throws IOException {
        Path samples = npz("samples.npz", images(COUNT, 2), null);
        Path only = FeatureNetworks.onlyFeatures(folder.resolve("only.onnx"), SIZE, SIZE);
        JsonNode expected = score(samples);

        JsonNode found = score(samples, "--features", only, "--work", folder.resolve("work"));

        assertEquals(expected.path("fid"), found.path("fid"));
        assertEquals(expected.path("recall"), found.path("recall"));
        assertFalse(found.has("inception_score"));
        refuse(
                "The Inception Score takes class probabilities, which only.onnx does not give",
                samples,
                "--features",
                only,
                "--metrics",
                "fid,inception_score");
    }

    @Test
    void samplesInClassOrderLowerTheInceptionScoreWithAWarning() throws IOException {
        byte[] values = new byte[80 * IMAGE];
        long[] labels = new long[80];
        for (int i = 0; i < 80; i++) {
            labels[i] = i / 20;
            // A bright column for each class.
            for (int p = 0; p < SIZE * SIZE; p++) {
                values[i * IMAGE + 3 * p] = (byte) (p % SIZE == i / 20 ? 250 : i);
            }
        }
        Tensor images = Tensor.of(values, 80, SIZE, SIZE, 3);
        Path labeled = npz("labeled.npz", images, Tensor.of(labels, 80));
        Path plain = npz("plain.npz", images, null);

        String said = succeeding(command(labeled, "--inception-split", 20)).out();
        assertTrue(
                said.contains(
                        "The samples are in class order: a part of 20 consecutive ones holds 1.00 of the 4 classes on"
                                + " average, which lowers the Inception Score to 1.0"),
                said);
        said = succeeding(command(plain, "--inception-split", 20)).out();
        assertTrue(said.contains("parts of 20 consecutive ones are alike, which lowers the Inception Score"), said);
        said = succeeding(command(plain, "--inception-split", 80)).out();
        assertFalse(said.contains("lowers the Inception Score"), said);
        byte[] turned = new byte[values.length];
        for (int i = 0; i < 80; i++) {
            System.arraycopy(values, (i * 27 % 80) * IMAGE, turned, i * IMAGE, IMAGE);
        }
        said = succeeding(
                        command(npz("turned.npz", Tensor.of(turned, 80, SIZE, SIZE, 3), null), "--inception-split", 20))
                .out();
        assertFalse(said.contains("lowers the Inception Score"), said);
    }

    @Test
    void equalImagesAreScoredWithAWarning() throws IOException {
        byte[] values = new byte[COUNT * IMAGE];
        Arrays.fill(values, (byte) 77);
        Path equal = npz("equal.npz", Tensor.of(values, COUNT, SIZE, SIZE, 3), null);
        Path samples = npz("samples.npz", images(COUNT, 2), null);

        String said = succeeding(command(equal, "--metrics", "all", "--out", folder.resolve("page")))
                .out();
        assertTrue(said.contains("Warning: All samples have the same features"), said);
        said = succeeding(command(samples, "--metrics", "all", "--reference", equal))
                .out();
        assertTrue(said.contains("Warning: All reference images have the same features"), said);
        assertFalse(said.contains("All samples"), said);
        assertFalse(succeeding(command(samples)).out().contains("same features"));
    }

    @Test
    void trapsAreWarningsInTerminalJsonAndPage() throws IOException {
        Tensor images = images(COUNT, 2);
        long[] even = new long[COUNT];
        long[] uneven = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            even[i] = i % 2;
            uneven[i] = i < 2 ? 1 : 0;
        }
        Path real = npz("real.npz", images, Tensor.of(even, COUNT));
        Path same = npz("same.npz", images, Tensor.of(uneven, COUNT));
        Path page = folder.resolve("page");

        String said = succeeding(command(same, "--reference", real, "--metrics", "fid", "--out", page))
                .out();

        String own = "40 of 40 samples (100.0 %) are images of the reference, pixel for pixel.";
        String classes =
                "The samples hold the classes in other shares than the reference: class 0 is 95.0 % of the samples"
                        + " and 50.0 % of the reference, class 1 is 5.0 %";
        assertTrue(said.contains("Warning: " + own), said);
        assertTrue(said.contains("Warning: " + classes), said);
        String html = Files.readString(page.resolve("report.html"));
        assertTrue(html.contains("<li>" + own + "</li>") && html.contains("<li>" + classes), html);
        String json = new ObjectMapper()
                .readTree(page.resolve("report.json").toFile())
                .at("/results/0/warnings")
                .toString();
        assertTrue(json.contains(own) && json.contains(classes), json);
    }

    @Test
    void samplesThatRepeatTrainingImagesAreShownBesideThem() throws IOException {
        byte[] own = pixels.clone();
        Tensor training = images(30, 9);
        // The third sample is all but the eighth training image.
        training.rows(7, 8).bytes().get(own, 2 * IMAGE, IMAGE);
        own[2 * IMAGE] ^= 1;
        Path trained = npz("training.npz", training, null);
        Path samples = npz("own.npz", Tensor.of(own, COUNT, SIZE, SIZE, 3), null);
        Path page = folder.resolve("page");

        String said = succeeding(command(
                        samples, "--metrics", "fid", "--memorization", trained, "--work", folder.resolve("work")))
                .out();
        succeeding(command(samples, "--metrics", "fid", "--memorization", trained, "--out", page));

        assertTrue(said.contains(" % of the samples are close to a training image; of the reference images "), said);
        JsonNode found = new ObjectMapper()
                .readTree(page.resolve("report.json").toFile())
                .at("/results/0/memorization");
        assertEquals(30, found.at("/training/count").asInt());
        assertEquals(2, found.at("/pairs/0/sample").asInt());
        assertEquals(7, found.at("/pairs/0/training").asInt());
        assertTrue(found.at("/pairs/0/distance").asDouble()
                < found.at("/pairs/0/spacing").asDouble() / 10);
        assertTrue(found.at("/pairs/1/distance").asDouble()
                > found.at("/pairs/1/spacing").asDouble() / 10);
        String html = Files.readString(page.resolve("report.html"));
        assertTrue(html.contains("Beside training images") && html.contains("Nearest training image, 7"), html);
        assertTrue(Files.readString(page.resolve("report.md")).contains("close to a training image"));
        // The reference beside itself says nothing.
        assertFalse(succeeding(command(samples, "--metrics", "fid", "--memorization", reference))
                .out()
                .contains("of the reference images"));
        refuse(
                "--memorization takes at least 2 images, and",
                samples,
                "--memorization",
                npz("one.npz", images(1, 2), null));
    }

    @Test
    void whatTooFewImagesLackIsSaidOfTheMetricsThatAreAsked() throws IOException {
        Path two = npz("two.npz", images(2, 2), null);
        Path one = npz("one.npz", images(1, 2), null);
        refuse("Precision, Recall with k = 3 take at least 4 images in each set; there are only 2.", two);
        refuse(
                "Coverage with k = 1 takes at least 2 images in each set; there is only 1.",
                one,
                "--metrics",
                "coverage",
                "--k",
                1);
        refuse("A covariance takes at least 2 images; there is only 1.", one, "--metrics", "KID");

        JsonNode scores = score(two, "--metrics", "KID,Fid");

        assertTrue(scores.has("kid") && scores.has("fid"), scores.toString());
        refuse("sFID takes spatial features", two, "--metrics", "sFID");
    }

    @Test
    void imagesAreResizedOnlyByANamedFilter() throws IOException {
        Path large = npz("large.npz", random(COUNT, 6, 10, 3), null);
        Path json = folder.resolve("report.json");
        refuse(
                "The images in " + large
                        + " are 10x6, but the feature network takes 8x8: give images of that size, --resize",
                large);
        refuse("There is no filter lanczos", large, "--resize", "lanczos");

        JsonNode bilinear = score(large, "--resize", "bilinear");

        assertNotEquals(bilinear, score(large, "--resize", "tf1"));
        String said = succeeding(command(large, "--resize", "bicubic-antialias", "--out", json))
                .out();
        assertTrue(said.contains("40 of 10x6") && said.contains("(images resized: bicubic-antialias)"), said);
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertEquals("bicubic-antialias", report.at("/featureNetwork/resize").asText());
        assertEquals(6, report.at("/results/0/samples/imageSize").asInt());
        assertEquals(10, report.at("/results/0/samples/imageWidth").asInt());
        refuse(
                "filter (--resize)",
                large,
                "--resize",
                "tf1",
                "--baseline",
                json,
                "--out",
                folder.resolve("other.json"));
        Path made = folder.resolve("made.npz");
        succeeding(
                "reference", "--data", large, "--features", network, "--resize", "tf1", "--out", made, "--pictures", 0);
        assertEquals(
                0,
                score(large, "--resize", "tf1", "--reference", made).path("fid").asDouble(),
                1e-9);
        refuse("resized with tf1, and --resize is bilinear", large, "--resize", "bilinear", "--reference", made);
    }

    @Test
    void aNetworkOfAnySizeTakesImagesOfAnyShape() throws IOException {
        Path any = FeatureNetworks.channelMeans(folder.resolve("any.onnx"));
        Path oblong = npz("oblong.npz", random(COUNT, 6, 10, 3), null);
        Path large = npz("large.npz", random(COUNT, 12, 12, 4), null);
        Path files = Files.createDirectory(folder.resolve("files"));
        Tensor pixelsOfFiles = random(COUNT, 6, 10, 3);
        for (int n = 0; n < COUNT; n++) {
            BufferedImage image = new BufferedImage(10, 6, BufferedImage.TYPE_INT_RGB);
            for (int i = 0; i < 60; i++) {
                int at = (n * 60 + i) * 3;
                image.setRGB(
                        i % 10,
                        i / 10,
                        (pixelsOfFiles.bytes().get(at) & 0xff) << 16
                                | (pixelsOfFiles.bytes().get(at + 1) & 0xff) << 8
                                | pixelsOfFiles.bytes().get(at + 2) & 0xff);
            }
            ImageIO.write(
                    image,
                    "png",
                    files.resolve(String.format(Locale.ROOT, "%03d.png", n)).toFile());
        }
        Object[] network3 = {"--features", any, "--reference", oblong};

        assertEquals(0, score(oblong, network3).path("fid").asDouble(), 1e-9);
        assertEquals(0, score(files, network3).path("fid").asDouble(), 1e-9);
        assertEquals(
                0,
                score(oblong, "--features", any, "--reference", files)
                        .path("fid")
                        .asDouble(),
                1e-9);
        assertTrue(score(large, network3).path("fid").asDouble() > 0);
        succeeding(command(files, "--features", any, "--reference", large, "--out", folder.resolve("page")));
        Path made = folder.resolve("made.npz");
        succeeding("reference", "--data", files, "--features", any, "--out", made);
        assertEquals(
                0,
                score(oblong, "--features", any, "--reference", made)
                        .path("fid")
                        .asDouble(),
                1e-9);
        refuse("this one takes any: leave it out", oblong, "--features", any, "--resize", "tf1");
    }

    private static Tensor random(int count, int height, int width, long seed) {
        byte[] values = new byte[count * height * width * 3];
        new Random(seed).nextBytes(values);
        return Tensor.of(values, count, height, width, 3);
    }

    private Path statistics(String name, int width) {
        double[] covariance = new double[width * width];
        for (int i = 0; i < width; i++) {
            covariance[i * width + i] = 0.01;
        }
        Path file = folder.resolve(name);
        Npz.write(
                file, Map.of("mu", Tensor.of(new double[width], width), "sigma", Tensor.of(covariance, width, width)));
        return file;
    }

    @Test
    void greyImagesAreRepeated() throws IOException {
        byte[] grey = new byte[COUNT * SIZE * SIZE];
        new Random(3).nextBytes(grey);
        byte[] rgb = new byte[grey.length * 3];
        Path png = Files.createDirectory(folder.resolve("grey"));
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = grey[i / 3];
        }
        for (int n = 0; n < COUNT; n++) {
            BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
            image.getRaster().setDataElements(0, 0, SIZE, SIZE, Arrays.copyOfRange(grey, n * 64, n * 64 + 64));
            ImageIO.write(
                    image,
                    "png",
                    png.resolve(String.format(Locale.ROOT, "%03d.png", n)).toFile());
        }
        JsonNode expected = score(npz("rgb.npz", Tensor.of(rgb, COUNT, SIZE, SIZE, 3), null));

        assertEquals(expected, score(npz("grey.npz", Tensor.of(grey, COUNT, SIZE, SIZE, 1), null)));
        assertEquals(expected, score(png, "--batch-size", 7));
        assertEquals(
                score(npz("rgb.npz", Tensor.of(rgb, COUNT, SIZE, SIZE, 3), null), "--samples", 11),
                score(png, "--samples", 11));
    }

    @Test
    void foldersThatCannotBeReadAreRefused() throws IOException {
        refuse("holds no images", Files.createDirectory(folder.resolve("empty")));
        Path mixed = Files.createDirectory(folder.resolve("mixed"));
        for (int n = 0; n < 9; n++) {
            int size = n == 8 ? 2 * SIZE : SIZE;
            BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
            ImageIO.write(image, "png", mixed.resolve(n + ".png").toFile());
        }
        refuse(
                "have several sizes, such as 8x8 (0.png) and 16x16 (8.png): bring them to one first, or give --resize",
                mixed);
        Files.writeString(mixed.resolve("8.png"), "no image");
        refuse("1 of 9 images in " + mixed + " cannot be used: 8.png (it is not an image)", mixed, "--strict");
    }

    @Test
    void imagesOfSeveralSizesAreBroughtToThatOfTheNetwork() throws IOException {
        Path mixed = Files.createDirectory(folder.resolve("mixed"));
        byte[] resized = new byte[COUNT * IMAGE];
        Random random = new Random(5);
        for (int n = 0; n < COUNT; n++) {
            int width = 6 + n % 5;
            int height = 7 + n % 4;
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            byte[] values = new byte[width * height * 3];
            random.nextBytes(values);
            for (int p = 0; p < width * height; p++) {
                image.setRGB(
                        p % width,
                        p / width,
                        (values[p * 3] & 0xff) << 16 | (values[p * 3 + 1] & 0xff) << 8 | values[p * 3 + 2] & 0xff);
            }
            ImageIO.write(
                    image,
                    "png",
                    mixed.resolve(String.format(Locale.ROOT, "%03d.png", n)).toFile());
            byte[] fitting = Resampling.BICUBIC_ANTIALIAS
                    .apply(Tensor.of(values, 1, height, width, 3), SIZE, SIZE)
                    .toByteArray();
            System.arraycopy(fitting, 0, resized, n * IMAGE, IMAGE);
        }
        Path fitted = npz("fitted.npz", Tensor.of(resized, COUNT, SIZE, SIZE, 3), null);
        JsonNode expected = score(fitted);
        Path json = folder.resolve("mixed.json");

        assertEquals(expected, score(mixed, "--resize", "bicubic-antialias"));
        // As the samples, so the reference: stretched, not cropped.
        JsonNode same = score(mixed, "--resize", "bicubic-antialias", "--reference", mixed);
        assertEquals(0, same.path("fid").asDouble(), 1e-6);
        Path larger = npz("larger.npz", random(COUNT, SIZE + 3, SIZE + 3, 3), null);
        assertEquals(
                score(larger, "--resize", "bicubic-antialias", "--reference", fitted),
                score(larger, "--resize", "bicubic-antialias", "--reference", mixed),
                "once, not to the samples' size first");
        String said = succeeding(command(mixed, "--resize", "bicubic-antialias", "--out", json))
                .err();
        assertTrue(said.contains("have several sizes, such as"), said);
        assertEquals(
                "brought to this from several sizes",
                new ObjectMapper()
                        .readTree(json.toFile())
                        .at("/results/0/samples/choice")
                        .asText());
        refuse("or give --resize bicubic-antialias", mixed, "--resize", "bilinear");
    }

    @Test
    void whatIsLeftOutOrGuessedIsSaid() throws IOException {
        Path set = Files.createDirectory(folder.resolve("set"));
        for (int n = 0; n < 9; n++) {
            BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
            image.setRGB(n % SIZE, 0, n * 1000);
            ImageIO.write(image, "png", set.resolve(n + ".png").toFile());
        }
        Files.writeString(set.resolve("bad.png"), "no image");
        Files.writeString(set.resolve("notes.txt"), "");

        String said = succeeding(command(set)).err();

        assertTrue(said.contains("Left out 1 of 10 images in " + set + ": bad.png (it is not an image)."), said);
        assertTrue(said.contains("Ignored 1 file in " + set), said);
        assertEquals(said.indexOf("Left out"), said.lastIndexOf("Left out"), "once");
        Path named = only(npz("named.npz", images(COUNT, 2), null), "samples");
        said = succeeding(command(named)).err();
        assertTrue(said.contains("Took the array samples as the images of " + named), said);
    }

    @Test
    void aReferenceMayBeAnythingThatHoldsImages() throws IOException {
        Tensor images = images(COUNT, 2);
        Path samples = npz("samples.npz", images(COUNT, 3), null);
        Path npy = folder.resolve("reference.npy");
        NpyWriter.write(npy, images);
        Path named = only(npz("named.npz", images, null), "real");
        JsonNode expected = score(samples, "--reference", npz("reference2.npz", images, null));

        assertEquals(expected, score(samples, "--reference", npy));
        assertEquals(expected, score(samples, "--reference", named));
    }

    @Test
    void optionsThatContradictAreRefused() throws IOException {
        Path samples = npz("samples.npz", images(COUNT, 2), null);
        refuse("--steps says how to sample", samples, "--steps", 10);
        refuse("--classifier-scale says how to sample", samples, "--classifier-scale", "0,1");
        refuse("There is no metric beauty", samples, "--metrics", "beauty");
        refuse("sFID takes spatial features", samples, "--metrics", "fid,sfid");
        refuse("is a file; name a folder", samples, "--out", Files.writeString(folder.resolve("taken"), ""));
        Path others = Files.createDirectory(folder.resolve("others"));
        Files.writeString(others.resolve("precious.txt"), "");
        refuse("holds other files", samples, "--work", others);
        assertTrue(Files.exists(others.resolve("precious.txt")));
        refused("Say what to score", "eval", "--features", network, "--reference", reference);
    }

    @Test
    void leavesNothingBehindWhenNothingWasDone() {
        Path samples = npz("samples.npz", images(COUNT, 2), null);
        refuse("no file", samples, "--reference", folder.resolve("nowhere.npz"), "--out", folder.resolve("report"));

        assertFalse(Files.exists(folder.resolve("report/work")));
    }

    @Test
    void aWorseFigureThanTheBaselineAllowsIsExitCodeThree() throws IOException {
        Path good = npz("good.npz", images(COUNT, 2), null);
        byte[] dark = new byte[COUNT * IMAGE];
        Path bad = npz("bad.npz", Tensor.of(dark, COUNT, SIZE, SIZE, 3), null);
        Path baseline = folder.resolve("baseline.json");
        succeeding(command(good, "--out", baseline));

        CommandLineRun run = CommandLineRun.of(
                command(bad, "--baseline", baseline, "--max-fid-increase", 0.1, "--out", folder.resolve("report")));

        assertEquals(3, run.exitCode(), run.err());
        assertEquals(1, run.err().lines().filter(line -> !line.isBlank()).count(), run.err());
        assertTrue(run.err().contains("FID"), run.err());
        assertTrue(Files.exists(folder.resolve("report/report.json")));
        succeeding(command(good, "--baseline", baseline, "--max-fid-increase", 0.1));
    }

    private JsonNode score(Path samples, Object... more) throws IOException {
        Path json = folder.resolve("scores.json");
        succeeding(command(samples, arguments(more, "--out", json)));
        return new ObjectMapper().readTree(json.toFile()).at("/results/0/scores");
    }

    private void refuse(String part, Path samples, Object... more) {
        refused(part, command(samples, more));
    }

    private Object[] command(Path samples, Object... more) {
        return arguments(
                "eval",
                "--features",
                network,
                "--reference",
                reference,
                "--threads",
                1,
                "--samples-npz",
                samples,
                more);
    }

    private Tensor floats(IntToDoubleFunction value) {
        float[] values = new float[COUNT * IMAGE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) value.applyAsDouble(i);
        }
        return Tensor.of(values, COUNT, SIZE, SIZE, 3);
    }

    private static Tensor images(int count, long seed) {
        byte[] values = new byte[count * IMAGE];
        new Random(seed).nextBytes(values);
        return Tensor.of(values, count, SIZE, SIZE, 3);
    }

    private Path npz(String name, Tensor images, Tensor labels) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("arr_0", images);
        if (labels != null) {
            arrays.put("arr_1", labels);
        }
        Path file = folder.resolve(name);
        Npz.write(file, arrays);
        return file;
    }

    /** The same arrays, the images under another name. */
    private static Path only(Path file, String name) {
        Npz.write(file, Map.of(name, Npz.read(file).get("arr_0")));
        return file;
    }

    /** An archive as NumPy might have written it. */
    private Path raw(String name, String type, boolean fortran, String shape, byte[] data) throws IOException {
        String header = "{'descr': " + type + ", 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': "
                + shape + ", }\n";
        ByteBuffer start = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
        start.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        start.putShort((short) header.length());
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("arr_0.npy"));
            zip.write(start.array());
            zip.write(header.getBytes(StandardCharsets.US_ASCII));
            zip.write(data);
        }
        return file;
    }
}
