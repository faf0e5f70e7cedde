package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.cli.Harness;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class EvalCommandTest {
    private static final int SIZE = 4;

    @TempDir
    Path folder;

    private Path network;
    private Path reference;
    private final StringWriter printed = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @BeforeEach
    void write() throws IOException {
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        reference = npz("reference.npz", SIZE, 80, 1);
    }

    @Test
    void printsAndWritesScores() throws IOException {
        Path samples = npz("samples.npz", SIZE, 70, 2);
        Path report = folder.resolve("deep/report.json");

        assertEquals(
                0, run("--features", network, "--samples-npz", samples, "--reference", reference, "--out", report));

        assertTrue(printed.toString().contains("FID"), printed.toString());
        assertTrue(printed.toString().contains("compare only with each other"), printed.toString());
        JsonNode json = new ObjectMapper().readTree(report.toFile());
        assertEquals(70, json.at("/results/0/samples/count").asInt());
        assertEquals(80, json.at("/reference/count").asInt());
        assertEquals(12, json.at("/featureNetwork/features").asInt());
        assertEquals(64, json.at("/reference/sha256").asText().length());
        assertTrue(json.at("/results/0/scores/fid").asDouble() > 0);
        assertTrue(json.at("/results/0/scores/precision").asDouble() > 0.5);
        assertEquals(3, json.at("/settings/k").asInt());
    }

    @Test
    void takesAFolderOfImagesAndOneOfClasses() throws IOException {
        Random random = new Random(3);
        for (int i = 0; i < 20; i++) {
            png(folder.resolve("samples/" + i + ".png"), SIZE, random);
            png(folder.resolve("real/class" + i % 2 + "/" + i + ".png"), 2 * SIZE, random);
        }

        assertEquals(
                0,
                run(
                        "--features",
                        network,
                        "--pictures",
                        folder.resolve("samples"),
                        "--reference",
                        folder.resolve("real")));
        assertTrue(printed.toString().contains("20 of 4x4"), printed.toString());
    }

    @Test
    void refusesBadInputWithOneSentence() throws IOException {
        Path large = npz("large.npz", 8, 10, 2);
        assertRefused(
                "but the feature network takes 4x4",
                "--features",
                network,
                "--samples-npz",
                large,
                "--reference",
                reference);
        assertRefused("but 4x4 are needed", "--features", network, "--samples-npz", reference, "--reference", large);
        assertRefused(
                "there are only 3",
                "--features",
                network,
                "--samples-npz",
                npz("few.npz", SIZE, 3, 1),
                "--reference",
                reference);
        byte[] whole = Files.readAllBytes(reference);
        Path cut = Files.write(folder.resolve("cut.npz"), Arrays.copyOf(whole, whole.length - 100));
        assertRefused("cut.npz", "--features", network, "--samples-npz", cut, "--reference", reference);
        Path nan = FeatureNetworks.rootsOfColumnMeans(folder.resolve("nan.onnx"), SIZE);
        assertRefused("not a finite number", "--features", nan, "--samples-npz", reference, "--reference", reference);
        assertRefused(
                "no feature network",
                "--features",
                folder.resolve("none.onnx"),
                "--samples-npz",
                reference,
                "--reference",
                reference);
        assertRefused("Give --reference", "--features", network, "--samples-npz", reference);
        assertRefused(
                "either --bundle or --features", "--features", network, "--bundle", folder, "--samples-npz", reference);
        assertRefused("at least 1", "--features", network, "--samples-npz", reference, "--k", "0");
        assertRefused("is no model bundle", "--bundle", folder, "--samples-npz", reference);
    }

    private void assertRefused(String part, Object... arguments) {
        errors.getBuffer().setLength(0);
        assertEquals(2, run(arguments), "exit code");
        String message = errors.toString().strip();
        assertTrue(message.contains(part), message);
        assertTrue(message.endsWith(".") && !message.contains("\n"), message);
    }

    private int run(Object... arguments) {
        CommandLine command =
                Harness.commandLine().setOut(new PrintWriter(printed)).setErr(new PrintWriter(errors));
        return command.execute(
                Stream.concat(Stream.of("eval"), Arrays.stream(arguments).map(Object::toString))
                        .toArray(String[]::new));
    }

    private Path npz(String name, int size, int count, long seed) {
        byte[] values = new byte[count * size * size * 3];
        new Random(seed).nextBytes(values);
        Path file = folder.resolve(name);
        Npz.write(file, Map.of("arr_0", Tensor.of(values, count, size, size, 3)));
        return file;
    }

    private static void png(Path file, int size, Random random) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < size * size; p++) {
            image.setRGB(p % size, p / size, random.nextInt(1 << 24));
        }
        ImageIO.write(image, "png", file.toFile());
    }
}
