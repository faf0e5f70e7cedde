package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.io.Npz;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models without classes, as the LSUN ones, and unconditional denoisers that a classifier guides. */
class UnlabelledSamplingTest {
    private static final int SIZE = 6;
    private static final int CLASSES = 4;

    @TempDir
    Path folder;

    private Path plain;
    private Path guided;
    private Path out;

    @BeforeEach
    void writeBundles() throws IOException {
        plain = folder.resolve("plain");
        guided = folder.resolve("guided");
        out = folder.resolve("out.npz");
        TinyBundle.writeUnconditional(plain, SIZE, false, 0);
        TinyBundle.writeUnconditional(guided, SIZE, true, CLASSES);
    }

    @Test
    void withoutClassesThereAreNoLabels() {
        succeeding("sample", "--bundle", plain, "--steps", 5, "--num-samples", 3, "--out", out);
        assertEquals(Set.of("arr_0"), Npz.read(out).keySet());
        assertArrayEquals(
                new long[] {3, SIZE, SIZE, 3}, Npz.read(out).get("arr_0").shape());
        succeeding("sample", "--bundle", plain, "--steps", 5, "--out", out);
        assertEquals(1, Npz.read(out).get("arr_0").dim(0), "one by default");
        for (String labels : List.of("1", "random", "balanced")) {
            refused(
                    "have no labels: leave out --labels.",
                    "sample",
                    "--bundle",
                    plain,
                    "--labels",
                    labels,
                    "--out",
                    out);
        }
        refused("has no classifier", "sample", "--bundle", plain, "--classifier-scale", 1, "--out", out);
    }

    @Test
    void theClassifierGivesAnUnconditionalDenoiserItsClasses() {
        Object[] command = {"sample", "--bundle", guided, "--steps", 5, "--out", out};
        succeeding(CommandLineRun.arguments(command, "--classifier-scale", 2));
        Map<String, Tensor> all = Npz.read(out);
        assertArrayEquals(new long[] {0, 1, 2, 3}, all.get("arr_1").toLongArray());
        succeeding(CommandLineRun.arguments(command, "--classifier-scale", 2, "--labels", 3));
        byte[] third = Npz.read(out).get("arr_0").toByteArray();
        succeeding(CommandLineRun.arguments(command, "--classifier-scale", 2, "--labels", 0));
        assertArrayEquals(
                all.get("arr_0").rows(0, 1).toByteArray(),
                Npz.read(out).get("arr_0").toByteArray());
        assertFalse(Arrays.equals(third, Npz.read(out).get("arr_0").toByteArray()), "the class counts");
        refused("from 0 to 3", CommandLineRun.arguments(command, "--classifier-scale", 2, "--labels", 4));

        // Not guided, no image is of a class that somebody chose.
        succeeding(command);
        assertEquals(Set.of("arr_0"), Npz.read(out).keySet());
        refused("or give --classifier-scale", CommandLineRun.arguments(command, "--labels", 1));
    }

    @Test
    void scaleZeroNeverLoadsTheClassifier() throws IOException {
        Path conditional = folder.resolve("conditional");
        TinyBundle.write(conditional, SIZE, true, List.of("a", "b"));
        for (Path bundle : List.of(guided, conditional)) {
            breakClassifier(bundle);
            Object[] command = {"sample", "--bundle", bundle, "--steps", 5, "--out", out};
            succeeding(command);
            CommandLineRun refused = CommandLineRun.of(CommandLineRun.arguments(command, "--classifier-scale", 1));
            assertEquals(2, refused.exitCode());
            assertTrue(refused.err().contains(ModelBundle.CLASSIFIER_GRADIENT), refused.err());
            Files.delete(out);
            deleteParts();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ddpm | 90+60+60+20+20 | 250",
                "ddpm | 250 | 250",
                "ddim | ddim25 | 25",
                "ddim | 25 | 25",
                "ddpm | ddim25 | 25",
                "ddim | 10+10+10+10+10 | 50",
            })
    void takesThePublishedSweeps(String sampler, String steps, int count) {
        Path trajectory = folder.resolve("trajectory.npz");
        for (Path bundle : List.of(plain, guided)) {
            int scale = bundle.equals(guided) ? 1 : 0;
            succeeding(
                    "sample",
                    "--bundle",
                    bundle,
                    "--sampler",
                    sampler,
                    "--steps",
                    steps,
                    "--classifier-scale",
                    scale,
                    "--num-samples",
                    2,
                    "--trajectory",
                    trajectory);
            long[] timesteps = Npz.read(trajectory).get("timesteps").toLongArray();
            assertEquals(count, timesteps.length);
            assertEquals(0, timesteps[count - 1]);
            if (steps.startsWith("90")) {
                // A fifth of the process for each number: 90 timesteps below 200, 60 from there to 400 and so on.
                int[] sections = {90, 60, 60, 20, 20};
                for (int s = 0; s < sections.length; s++) {
                    int from = 200 * s;
                    assertEquals(
                            sections[s],
                            Arrays.stream(timesteps)
                                    .filter(t -> t >= from && t < from + 200)
                                    .count());
                }
            }
        }
    }

    /** Puts a graph that no runtime can load in the classifier's place, with a checksum that fits. */
    private static void breakClassifier(Path bundle) throws IOException {
        Path manifest = bundle.resolve(ModelBundle.MANIFEST);
        Path graph = bundle.resolve(ModelBundle.CLASSIFIER_GRADIENT);
        byte[] original = Files.readAllBytes(graph);
        String text = new String(original, StandardCharsets.ISO_8859_1);
        byte[] broken = text.replace("Neg", "Gen").getBytes(StandardCharsets.ISO_8859_1);
        Files.write(graph, broken);
        String json = Files.readString(manifest);
        assertTrue(json.contains(Sha256.of(original)), json);
        Files.writeString(manifest, json.replace(Sha256.of(original), Sha256.of(broken)));
    }

    private void deleteParts() throws IOException {
        Path parts = folder.resolve("out.npz.parts");
        if (Files.exists(parts)) {
            try (var files = Files.list(parts)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(parts);
        }
    }
}
