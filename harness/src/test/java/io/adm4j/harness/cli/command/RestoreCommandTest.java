package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.harness.bundle.BundleAssembler;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreCommandTest {
    private static final int SIZE = 12;
    private static final int IMAGES = 3;

    @TempDir
    Path folder;

    private Path bundle;
    private Path input;
    private Path mask;
    private Path out;
    private Tensor truth;

    @BeforeEach
    void writeFiles() throws IOException {
        bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "Bag"));
        byte[] levels = new byte[IMAGES * SIZE * SIZE * 3];
        new Random(1).nextBytes(levels);
        truth = Tensor.of(levels, IMAGES, SIZE, SIZE, 3);
        input = folder.resolve("input.npz");
        Npz.write(input, Map.of("arr_0", truth, "arr_1", Tensor.of(new long[] {1, 0, 1}, IMAGES)));
        mask = mask("mask.png", SIZE, SIZE / 2);
        out = folder.resolve("out.npz");
    }

    /** White to the left of a column. */
    private Path mask(String name, int size, int column) throws IOException {
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < column; x++) {
                image.setRGB(x, y, 0xffffff);
            }
        }
        Path file = folder.resolve(name);
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    private String restore(String task, Object... arguments) {
        return succeeding(CommandLineRun.arguments(
                        "restore", task, "--bundle", bundle, "--input", input, "--out", out, "--steps", 10, arguments))
                .out();
    }

    private Tensor results() {
        return Npz.read(out).get("arr_0");
    }

    private static int level(Tensor images, int image, int y, int x, int channel) {
        return images.bytes().get(((image * SIZE + y) * SIZE + x) * 3 + channel) & 0xff;
    }

    @Test
    void knownPixelsStayAsTheyWere() {
        restore("inpaint", "--mask", mask, "--variants", 2, "--travel-length", 2, "--travel-repeat", 2);
        Tensor results = results();
        assertArrayEquals(new long[] {2 * IMAGES, SIZE, SIZE, 3}, results.shape());
        assertArrayEquals(
                new long[] {1, 1, 0, 0, 1, 1}, Npz.read(out).get("arr_1").toLongArray());
        int changed = 0;
        for (int result = 0; result < 2 * IMAGES; result++) {
            for (int y = 0; y < SIZE; y++) {
                for (int x = 0; x < SIZE; x++) {
                    if (x < SIZE / 2) {
                        assertEquals(level(truth, result / 2, y, x, 1), level(results, result, y, x, 1));
                    } else if (level(truth, result / 2, y, x, 1) != level(results, result, y, x, 1)) {
                        changed++;
                    }
                }
            }
        }
        assertTrue(changed > IMAGES * SIZE * SIZE / 2, changed + " pixels filled");
    }

    @Test
    void aResultDependsOnItsImageSeedAndLabelAlone() {
        restore("inpaint", "--mask", mask, "--variants", 2, "--classifier-scale", 1, "--sigma-y", 5);
        Tensor all = results();
        restore("inpaint", "--mask", mask, "--samples", 1, "--seed", 1, "--classifier-scale", 1, "--sigma-y", 5);
        assertArrayEquals(all.rows(1, 2).toByteArray(), results().toByteArray());
        assertNotEquals(hash(all.rows(0, 1)), hash(all.rows(1, 2)), "variants differ");
        restore("inpaint", "--mask", mask, "--samples", 1, "--seed", 1, "--labels", "shirt", "--sigma-y", 5);
        assertNotEquals(hash(all.rows(1, 2)), hash(results()));
    }

    private static int hash(Tensor images) {
        return Arrays.hashCode(images.toByteArray());
    }

    @Test
    void smallImagesAreTheBlockAveragesOfLargeOnes() {
        int small = SIZE / 2;
        byte[] levels = new byte[small * small * 3];
        new Random(2).nextBytes(levels);
        Path file = folder.resolve("small.npz");
        Npz.write(file, Map.of("arr_0", Tensor.of(levels, 1, small, small, 3)));
        // Without noise and of zeros alone the results stay in the range of levels.
        restore("superresolve", "--input", file, "--factor", 2, "--labels", 0, "--eta", 0);
        Tensor results = results();
        assertArrayEquals(new long[] {1, SIZE, SIZE, 3}, results.shape());
        int compared = 0;
        for (int y = 0; y < small; y++) {
            for (int x = 0; x < small; x++) {
                int[] block = {
                    level(results, 0, 2 * y, 2 * x, 0),
                    level(results, 0, 2 * y, 2 * x + 1, 0),
                    level(results, 0, 2 * y + 1, 2 * x, 0),
                    level(results, 0, 2 * y + 1, 2 * x + 1, 0)
                };
                if (Arrays.stream(block).allMatch(level -> level > 0 && level < 255)) {
                    compared++;
                    assertEquals(
                            levels[(y * small + x) * 3] & 0xff,
                            Arrays.stream(block).average().orElseThrow(),
                            0.6);
                }
            }
        }
        assertTrue(compared > 0);
    }

    @Test
    void aSlightBlurIsUndone() throws IOException {
        Path json = folder.resolve("report.json");
        restore("deblur", "--degrade", "--blur-sigma", 0.5, "--json", json);
        Tensor results = results();
        for (int i = 0; i < results.size(); i++) {
            assertEquals(truth.bytes().get(i) & 0xff, results.bytes().get(i) & 0xff, 1);
        }
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertEquals(0.5, report.at("/damage/blur_sigma").asDouble());
        assertEquals("reflect", report.at("/damage/border").asText());
        assertTrue(report.at("/mean/damaged/psnr").asDouble() < 30, "the damaged image is the blurred one");
    }

    /** A blurred pixel is the one on its right, so that the image is moved back; it is not blurred again first. */
    @Test
    void aKernelWeighsWhatIsOnTheSameSideOfAPixel() throws IOException {
        Path kernel = Files.writeString(folder.resolve("right.csv"), "0, 0, 2\n");
        restore("deblur", "--kernel", kernel, "--border", "zero", "--sigma-y", 0);
        Tensor results = results();
        for (int y = 0; y < SIZE; y++) {
            for (int x = 1; x < SIZE; x++) {
                assertEquals(level(truth, 1, y, x - 1, 2), level(results, 1, y, x, 2));
            }
        }
        restore("deblur", "--kernel", kernel, "--border", "zero");
        assertNotEquals(hash(results), hash(results()), "levels of files are rounded");
        BufferedImage middle = new BufferedImage(3, 3, BufferedImage.TYPE_BYTE_GRAY);
        middle.setRGB(1, 1, 0xffffff);
        Path image = folder.resolve("middle.png");
        ImageIO.write(middle, "png", image.toFile());
        restore("deblur", "--kernel", image, "--sigma-y", 0);
        assertArrayEquals(truth.toByteArray(), results().toByteArray());
    }

    @Test
    void whatIsNoBlurIsRefused() throws IOException {
        refused("either --blur-sigma PIXELS or --kernel FILE", call("deblur"));
        Path kernel = Files.writeString(folder.resolve("diagonal.txt"), "1 0 0\n0 1 0\n\n0 0 1\n");
        refused("either --blur-sigma", call("deblur", "--kernel", kernel, "--blur-sigma", 1));
        refused("--method dps", call("deblur", "--kernel", kernel));
        refused("'0' is not a number above 0", call("deblur", "--blur-sigma", 0));
        refused("at most 2.75", call("deblur", "--blur-sigma", 3));
        refused("no file --kernel", call("deblur", "--kernel", folder.resolve("none.txt")));
        for (var wrong : Map.of(
                        "1 2\n3 4\n",
                        "odd number",
                        "1 2 3\n1\n",
                        "different lengths",
                        "1 x 3\n",
                        "'x' is no number",
                        "",
                        "is empty",
                        "0 0 0\n",
                        "sum",
                        "1 -1 1\n",
                        "at least 0",
                        "1 ".repeat(25),
                        "at most 23x23")
                .entrySet()) {
            Files.writeString(kernel, wrong.getKey());
            refused(wrong.getValue(), call("deblur", "--kernel", kernel));
        }
        refused("square gray image", call("deblur", "--kernel", Files.writeString(folder.resolve("a.bin"), "1 2")));
        refused("--border", call("deblur", "--blur-sigma", 1, "--border", "wrap"));
        assertFalse(Files.exists(folder.resolve("no.npz")));
    }

    @Test
    void resultsAreComparedWithTheTruth() throws IOException {
        Path json = folder.resolve("report.json");
        Path grid = folder.resolve("grid.png");
        String printed = restore("inpaint", "--mask", mask, "--degrade", "--json", json, "--grid", grid);
        assertTrue(printed.contains("PSNR"), printed);
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertEquals(IMAGES, report.get("images").size());
        assertEquals(10, report.at("/settings/steps").asInt());
        double squares = 0;
        Tensor results = results();
        for (int i = 0; i < SIZE * SIZE * 3; i++) {
            double difference = (results.bytes().get(i) & 0xff) - (truth.bytes().get(i) & 0xff);
            squares += difference * difference;
        }
        assertEquals(
                10 * Math.log10(255 * 255 / (squares / (SIZE * SIZE * 3))),
                report.at("/images/0/restored/0/psnr").asDouble(),
                1e-9);
        BufferedImage rows = ImageIO.read(grid.toFile());
        assertEquals(3 * SIZE + 8, rows.getHeight(), "damaged, restored, truth");
        assertEquals(IMAGES * SIZE + 8, rows.getWidth());

        restore("inpaint", "--mask", mask("white.png", SIZE, SIZE), "--degrade", "--json", json);
        report = new ObjectMapper().readTree(json.toFile());
        assertTrue(report.at("/mean/restored/psnr").isNull(), "equal");
        assertEquals(1, report.at("/mean/restored/ssim").asDouble(), 1e-12);
    }

    @Test
    void noiseIsAddedAndEstimated() throws IOException {
        Path json = folder.resolve("report.json");
        restore("denoise", "--degrade", "--noise-level", 20, "--json", json);
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertEquals(20, report.at("/images/2/sigma").asDouble(), 1e-9);
        // 20 levels of noise are a PSNR of 22.1 dB, and a little more where levels are cut off.
        assertEquals(22.5, report.at("/mean/damaged/psnr").asDouble(), 0.8);
        restore("denoise");
        refused("--noise-level", call("denoise", "--degrade"));
    }

    @Test
    void colorsNeedThreeChannels() throws IOException {
        restore("colorize");
        assertArrayEquals(new long[] {IMAGES, SIZE, SIZE, 3}, results().shape());
        Path gray = folder.resolve("gray");
        TinyBundle.write(gray, SIZE, 1, true, List.of("shirt", "Bag"));
        refused("1 channel", CommandLineRun.arguments(call("colorize"), "--bundle", gray));
    }

    /** The graph that is listed and the one that is made at first use are the same. */
    @Test
    void theGradientOfTheDenoiserIsListedOrMade() throws IOException {
        String network = GoldenCase.networks("unet-").stream()
                .filter(name -> GoldenCase.json(name).path("image_size").asInt() <= 32
                        && UNetConfig.fromFlags(GoldenCase.json(name)).inChannels() == 3
                        && !UNetConfig.fromFlags(GoldenCase.json(name)).superResolution())
                .findFirst()
                .orElseThrow();
        ObjectNode flags = (ObjectNode) GoldenCase.json(network);
        Object[] settings = {"--method", "dps", "--scale", 0.5, "--steps", 3, "--factor", 2, "--samples", 2};
        if (flags.path("class_cond").asBoolean()) {
            settings = CommandLineRun.arguments(settings, "--labels", 1);
        }
        Path listed = folder.resolve("listed");
        Path made = folder.resolve("made");
        for (Path bundleOf : List.of(listed, made)) {
            try (BundleAssembler assembler = new BundleAssembler(bundleOf)) {
                assembler.denoiser(flags, GoldenCase.weights(network));
                if (bundleOf.equals(listed)) {
                    assembler.denoiserVjp(GoldenCase.weights(network));
                }
                assembler.finish(null, List.of(), JsonNodeFactory.instance.objectNode());
            }
        }
        assertTrue(ModelBundle.load(listed).has(ModelBundle.DENOISER_VJP));
        assertFalse(ModelBundle.load(made).has(ModelBundle.DENOISER_VJP));
        restore("superresolve", CommandLineRun.arguments(settings, "--bundle", listed));
        Tensor results = results();
        Files.write(made.resolve("model.json.sig"), new byte[64]);
        restore("superresolve", CommandLineRun.arguments(settings, "--bundle", made));
        assertArrayEquals(results.toByteArray(), results().toByteArray());
        assertFalse(ModelBundle.load(made).has(ModelBundle.DENOISER_VJP), "a signed bundle stays as it is");
        Files.delete(made.resolve("model.json.sig"));
        restore("superresolve", CommandLineRun.arguments(settings, "--bundle", made));
        assertArrayEquals(results.toByteArray(), results().toByteArray());
        assertEquals(
                ModelBundle.load(listed).manifest().files(),
                ModelBundle.load(made).manifest().files(),
                "the graph is kept as export lists it");
        restore("superresolve", CommandLineRun.arguments(settings, "--bundle", made, "--samples", 1));
        assertArrayEquals(results.rows(0, 1).toByteArray(), results().toByteArray(), "alone");
        restore("superresolve", CommandLineRun.arguments(settings, "--bundle", made, "--scale", 0));
        assertNotEquals(hash(results), hash(results()), "the gradient moves");

        // A kernel that only dps takes.
        Path kernel = Files.writeString(folder.resolve("diagonal.txt"), "1 0 0\n0 1 0\n0 0 1\n");
        Object[] blurred = {"--method", "dps", "--steps", 3, "--samples", 1, "--bundle", listed, "--kernel", kernel};
        if (flags.path("class_cond").asBoolean()) {
            blurred = CommandLineRun.arguments(blurred, "--labels", 1);
        }
        restore("deblur", blurred);
        results = results();
        Files.writeString(kernel, "0 0 1\n0 1 0\n1 0 0\n");
        restore("deblur", blurred);
        assertNotEquals(hash(results), hash(results()), "the kernel counts");
    }

    private Object[] call(String task, Object... arguments) {
        Object[] before = {"restore", task, "--bundle", bundle, "--input", input, "--out", folder.resolve("no.npz")};
        return Stream.concat(Arrays.stream(before), Arrays.stream(arguments)).toArray();
    }

    @Test
    void whatDoesNotFitIsRefusedAndNothingIsWritten() throws IOException {
        refused("12x12", call("inpaint", "--mask", mask("other.png", SIZE + 2, 3)));
        refused("--mask", call("inpaint", "--mask", folder.resolve("none.png")));
        refused("--mask", call("inpaint", "--mask", input));
        refused("--factor must divide", call("superresolve", "--factor", 5));
        refused("'1' is not a whole number of at least 2", call("superresolve", "--factor", 1));
        refused("--sigma-y", call("inpaint", "--mask", mask, "--sigma-y", -1));
        refused("--noise-level", call("denoise", "--noise-level", -0.5));
        refused("--eta", call("denoise", "--eta", 1.5));
        refused("--steps must divide the 1000 timesteps", call("denoise", "--steps", 7));
        refused("--labels", call("denoise", "--labels", "sandal"));
        refused("--samples asks for 4 images", call("denoise", "--samples", 4));
        refused("--degrade", call("denoise", "--json", folder.resolve("no.json")));
        refused("takes one image", CommandLineRun.arguments(call("denoise"), "--out", folder.resolve("no.png")));
        refused("--scale", call("denoise", "--scale", 1));
        refused("--eta", call("inpaint", "--mask", mask, "--method", "dps", "--eta", 1));
        refused("--method dps is for", call("denoise", "--method", "dps"));
        refused("at most the 1000", call("inpaint", "--mask", mask, "--method", "dps", "--steps", 1001));
        refused("--with denoiser-vjp", call("inpaint", "--mask", mask, "--method", "dps"));
        Path unlabelled = folder.resolve("plain.png");
        Files.copy(mask, unlabelled);
        refused("give --labels", CommandLineRun.arguments(call("denoise"), "--input", unlabelled));
        assertFalse(Files.exists(folder.resolve("no.npz")));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of(), files.filter(f -> f.toString().contains("no.")).toList());
        }
    }
}
