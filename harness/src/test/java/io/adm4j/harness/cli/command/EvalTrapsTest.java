package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Warnings of eval where features stand in for the images. */
class EvalTrapsTest {
    private static final int SIZE = 4;
    private static final int IMAGE = SIZE * SIZE * 3;
    private static final int SAMPLES = 60;
    private static final int REFERENCE = 80;

    @TempDir
    Path folder;

    private Path network;
    private Path cache;
    /** With an image of the reference, a repeated one, gray ones and most of one class. */
    private Path samples;

    private Path reference;
    private JsonNode expected;

    @BeforeEach
    void write() throws IOException {
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        cache = folder.resolve("cache");
        byte[] real = new byte[REFERENCE * IMAGE];
        new Random(1).nextBytes(real);
        reference = npz("real.npz", real, LongStream.range(0, REFERENCE).map(i -> i % 2));
        byte[] own = new byte[SAMPLES * IMAGE];
        new Random(2).nextBytes(own);
        System.arraycopy(real, 5 * IMAGE, own, 3 * IMAGE, IMAGE);
        System.arraycopy(own, 0, own, 2 * IMAGE, IMAGE);
        for (int i = SAMPLES / 2 * IMAGE; i < own.length; i += 3) {
            own[i + 1] = own[i];
            own[i + 2] = own[i];
        }
        samples = npz("samples.npz", own, LongStream.range(0, SAMPLES).map(i -> i % 10 / 9));
        expected = warnings(samples, reference, "--no-cache");
        List<String> parts = List.of(
                "1 of 60 samples (1.7 %) is an image of the reference",
                "1 of 60 samples (1.7 %) repeats an earlier one",
                "of 60 samples is about",
                "are gray",
                "class 0 is 90.0 % of the samples");
        assertEquals(parts.size(), expected.size(), expected.toString());
        for (int i = 0; i < parts.size(); i++) {
            assertTrue(expected.get(i).textValue().contains(parts.get(i)), expected.toString());
        }
    }

    private Path npz(String name, byte[] images, LongStream labels) {
        int count = images.length / IMAGE;
        return write(name, Tensor.of(images, count, SIZE, SIZE, 3), Tensor.of(labels.toArray(), count));
    }

    private Path write(String name, Tensor images, Tensor labels) {
        Path file = folder.resolve(name);
        Npz.write(file, Map.of("arr_0", images, "arr_1", labels));
        return file;
    }

    private JsonNode warnings(Path set, Path real, Object... more) throws IOException {
        Path report = folder.resolve("report.json");
        succeeding(arguments(command(set, real), "--out", report, "--force", more));
        return new ObjectMapper().readTree(report.toFile()).at("/results/0/warnings");
    }

    private Object[] command(Path set, Path real) {
        return new Object[] {
            "eval", set, "--reference", real, "--features", network, "--metrics", "fid", "--bootstrap", 0
        };
    }

    @Test
    void cachedFeaturesWarnAsFreshOnes() throws IOException {
        Object[] kept = {"--cache", cache, "--cache-size", 1};

        assertEquals(expected, warnings(samples, reference, kept));
        assertEquals(expected, warnings(samples, reference, kept));
    }

    @Test
    void filesOfFeaturesWarnAsTheirImages() throws IOException {
        Path own = features(samples);
        Path real = features(reference);

        assertEquals(expected, warnings(own, reference));
        assertEquals(expected, warnings(samples, real));
        assertEquals(expected, warnings(own, real));
        assertEquals(
                warnings(samples, reference, "--samples", 40),
                warnings(own, real, "--samples", 40),
                "some of the images of a file");
    }

    private Path features(Path images) {
        Path out = images.resolveSibling(images.getFileName() + ".features.npz");
        succeeding("features", "--data", images, "--features", network, "--out", out, "--cache", cache);
        return out;
    }

    @Test
    void partsWarnAsTheWhole() throws IOException {
        Path parts = folder.resolve("parts");
        for (int number = 1; number <= 3; number++) {
            succeeding(arguments(command(samples, reference), "--part", number + "/3", "--out", parts));
        }

        assertEquals(expected, warnings(samples, reference, "--merge", parts));
    }

    @Test
    void generatedSamplesWarnWithoutBeingGeneratedAgain() throws IOException {
        Path bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "bag", "boot"));
        Path drawn = folder.resolve("drawn.npz");
        Object[] how = {"--samples", 24, "--steps", 2, "--cache", cache, "--cache-size", 1};
        warnings(bundle, reference, arguments(how, "--samples-out", drawn));

        JsonNode cached = warnings(bundle, drawn, how);

        assertTrue(
                cached.toString().contains("24 of 24 samples (100.0 %) are images of the reference"),
                cached.toString());
    }
}
