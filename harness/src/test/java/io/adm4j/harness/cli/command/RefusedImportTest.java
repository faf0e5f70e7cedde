package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.Golden;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.importer.torch.Checkpoint;
import io.adm4j.export.importer.torch.SafetensorsBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An import that fails, wherever it does, leaves nothing behind and an older bundle as it was. */
class RefusedImportTest {
    private static final byte[] KEPT = {1, 2, 3};

    @TempDir
    Path folder;

    private String network;
    private Path weights;

    @BeforeEach
    void copyWeights() throws IOException {
        network = Golden.cases("unet-").get(0);
        weights = folder.resolve("weights.pt");
        Files.copy(Golden.file(network + ".pt"), weights, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Some are cut off before the directory, which is noticed at once. */
    @Test
    void filesThatEndEarly() throws IOException {
        for (int share = 0; share < 10; share++) {
            copyWeights();
            try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
                file.setLength(file.length() * share / 10);
            }
            refused("fetch it again");
        }
    }

    /** Damage to a tensor is noticed when it is read. */
    @Test
    void tensorsThatAreDamaged() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 6; round++) {
            copyWeights();
            try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
                // The middle half of such a file is storages, up to their headers.
                long at = file.length() / 4 + random.nextLong(file.length() / 2);
                byte[] damage = new byte[256];
                Arrays.fill(damage, (byte) 0xff);
                file.seek(at);
                file.write(damage);
            }
            refused("");
        }
    }

    @Test
    void weightsThatAreNotFinite() throws IOException {
        change(weights, "out.2.bias", Float.NaN);
        refused("The tensor 'out.2.bias' in " + weights + " holds NaN (element 1)");
    }

    @Test
    void weightsOfAClassifierThatAreNotFinite() throws IOException {
        String name = GoldenCase.networks("classifier-").get(0);
        Path classifier = Files.copy(Golden.file(name + ".pt"), folder.resolve("classifier.pt"));
        change(classifier, "time_embed.0.bias", Float.NEGATIVE_INFINITY);
        refused(
                "The tensor 'time_embed.0.bias' in " + classifier + " holds -Infinity (element 1)",
                "--classifier-flags",
                Golden.file(name + ".json"),
                "--classifier-weights",
                classifier);
    }

    @Test
    void weightsThatHalfPrecisionCannotHold() throws IOException {
        String convolution = "input_blocks.1.0.in_layers.2.weight";
        change(weights, convolution, 70_000);
        refused(
                "The weight '" + convolution + "' holds 70000.0, which float16 cannot (its largest number is 65504)",
                "--precision",
                "fp16");
    }

    /** Gives the second element of a tensor another value. */
    private static void change(Path file, String tensor, float value) throws IOException {
        SafetensorsBytes changed = new SafetensorsBytes();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            for (String name : checkpoint.names()) {
                float[] values = checkpoint.readFloat32(name).toFloatArray();
                if (name.equals(tensor)) {
                    values[1] = value;
                }
                changed.tensor(
                        name, "F32", Arrays.toString(checkpoint.entry(name).shape()), SafetensorsBytes.floats(values));
            }
        }
        Files.write(file, changed.toByteArray());
    }

    @Test
    void weightsOfAnotherNetwork() throws IOException {
        for (String other : GoldenCase.networks("classifier-")) {
            Files.copy(Golden.file(other + ".pt"), weights, StandardCopyOption.REPLACE_EXISTING);
            refused("missing");
        }
    }

    @Test
    void classifiersThatDoNotFit() throws IOException {
        Path flags = Golden.file(GoldenCase.networks("classifier-").get(0) + ".json");
        refused("missing", "--classifier-flags", flags, "--classifier-weights", weights);
    }

    @Test
    void filesThatHoldNoCheckpoint() throws IOException {
        Files.write(weights, new byte[100]);
        refused("fetch it again");
        Files.write(weights, new byte[0]);
        refused("fetch it again");
        Files.delete(weights);
        refused("no checkpoint file");
    }

    private void refused(String part, Object... more) throws IOException {
        refusedInto(folder.resolve("new"), part, more);
        Path old = folder.resolve("old");
        Files.createDirectories(old);
        Files.write(old.resolve("model.json"), KEPT);
        refusedInto(old, part, more);
        assertArrayEquals(KEPT, Files.readAllBytes(old.resolve("model.json")));
        Files.delete(old.resolve("model.json"));
        Files.delete(old);
    }

    private void refusedInto(Path out, String part, Object... more) throws IOException {
        List<Path> before = contents();
        CommandLineRun.refused(
                part,
                CommandLineRun.arguments(
                        "import", "--flags", Golden.file(network + ".json"), "--weights", weights, "--out", out, more));
        assertEquals(before, contents());
    }

    private List<Path> contents() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.sorted().toList();
        }
    }
}
