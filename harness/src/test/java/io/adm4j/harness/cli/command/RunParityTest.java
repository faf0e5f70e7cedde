package io.adm4j.harness.cli.command;

import static io.adm4j.export.GoldenCase.assertClose;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.Golden;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.GoldenBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.recipe.ClassifierGradientGraph;
import io.adm4j.export.recipe.ClassifierGraph;
import io.adm4j.io.Npz;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code harness import} and {@code harness run} give what the published networks give. */
class RunParityTest {
    @TempDir
    Path folder;

    static List<String> denoisers() {
        return Golden.cases("unet-");
    }

    static List<String> classifiers() {
        return GoldenCase.networks("classifier-");
    }

    @ParameterizedTest
    @MethodSource("denoisers")
    void denoiser(String name) {
        Path bundle = folder.resolve("bundle");
        succeeding("import", "--flags", golden(name, "json"), "--weights", golden(name, "pt"), "--out", bundle);

        compare(name, bundle.resolve(ModelBundle.DENOISER), "out");
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void classifierAndItsGradient(String name) {
        Path bundle = folder.resolve("bundle");
        String denoiser = GoldenBundle.denoiserFor(name);
        if (denoiser != null) {
            succeeding(
                    "import",
                    "--flags",
                    golden(denoiser, "json"),
                    "--weights",
                    golden(denoiser, "pt"),
                    "--classifier-flags",
                    golden(name, "json"),
                    "--classifier-weights",
                    golden(name, "pt"),
                    "--out",
                    bundle);
        } else {
            // Nothing to be guided: the graphs without a bundle around them.
            ClassifierConfig config = ClassifierConfig.fromFlags(GoldenCase.json(name));
            Map<String, Tensor> weights = GoldenCase.weights(name);
            assertTrue(bundle.toFile().mkdirs());
            ClassifierGraph.of(config).withWeights(weights).write(bundle.resolve(ModelBundle.CLASSIFIER));
            ClassifierGradientGraph.of(config)
                    .withWeights(weights)
                    .write(bundle.resolve(ModelBundle.CLASSIFIER_GRADIENT));
        }

        compare(name, bundle.resolve(ModelBundle.CLASSIFIER), "logits");
        compare(name, bundle.resolve(ModelBundle.CLASSIFIER_GRADIENT), "log_prob", "grad");
    }

    private void compare(String name, Path model, String... outputs) {
        Path found = folder.resolve("found.npz");
        succeeding("run", model, "--inputs", golden(name, "npz"), "--outputs", found);

        Map<String, Tensor> expected = GoldenCase.load(name).arrays();
        Map<String, Tensor> actual = Npz.read(found);
        assertEquals(outputs.length, actual.size(), actual.keySet().toString());
        for (String output : outputs) {
            if (output.equals("grad")) {
                GoldenCase.assertGradient(output, expected.get(output), actual.get(output));
            } else {
                assertClose(output, expected.get(output), actual.get(output), 2e-5, 1e-4);
            }
        }
    }

    @Test
    void numbersOfAnotherTypeAreConverted() {
        String name = denoisers().get(0);
        Path bundle = folder.resolve("bundle");
        succeeding("import", "--flags", golden(name, "json"), "--weights", golden(name, "pt"), "--out", bundle);
        Map<String, Tensor> arrays = new HashMap<>(GoldenCase.load(name).arrays());
        Tensor exact = arrays.get("t");
        double[] wide = new double[exact.size()];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = exact.floats().get(i);
        }
        arrays.put("t", Tensor.of(wide, wide.length));
        Path inputs = folder.resolve("in.npz");
        Npz.write(inputs, arrays);
        Path found = folder.resolve("found.npz");

        succeeding("run", bundle.resolve(ModelBundle.DENOISER), "--inputs", inputs, "--outputs", found);

        assertClose("out", arrays.get("out"), Npz.read(found).get("out"), 2e-5, 1e-4);
    }

    @Test
    void badInputIsOneSentence() throws IOException {
        String name = denoisers().get(0);
        Path weights = golden(name, "pt");
        Path flags = golden(name, "json");
        Path out = folder.resolve("bundle");
        Path text = Files.writeString(folder.resolve("text"), "no such thing");
        Path list = Files.writeString(folder.resolve("list.json"), "[1]");
        Path other = Files.writeString(folder.resolve("other.json"), flagsWith(name, "num_res_blocks", 2));

        refused("neither a JSON object", "import", "--flags", text, "--weights", weights, "--out", out);
        refused("no JSON object", "import", "--flags", list, "--weights", weights, "--out", out);
        refused("text", "import", "--flags", flags, "--weights", text, "--out", out);
        refused("none.pt", "import", "--flags", flags, "--weights", folder.resolve("none.pt"), "--out", out);
        refused("", "import", "--flags", other, "--weights", weights, "--out", out);
        refused(
                "go together",
                "import",
                "--flags",
                flags,
                "--weights",
                weights,
                "--classifier-flags",
                flags,
                "--out",
                out);
        refused("no model bundle", "import", "--flags", flags, "--weights", weights, "--out", folder);
        refused(
                "no-classes",
                "import",
                "--flags",
                flags,
                "--weights",
                weights,
                "--classes",
                folder.resolve("no-classes"),
                "--out",
                out);
        refused(
                "2 names",
                "import",
                "--flags",
                flags,
                "--weights",
                weights,
                "--classes",
                Files.writeString(folder.resolve("names"), "a\nb\n"),
                "--out",
                out);
        assertTrue(Files.notExists(out), "nothing is left behind");

        succeeding("import", "--flags", flags, "--weights", weights, "--out", out);
        Path model = out.resolve(ModelBundle.DENOISER);
        Path arrays = golden(name, "npz");
        Path found = folder.resolve("found.npz");
        refused("There is no file", "run", folder.resolve("none.onnx"), "--inputs", arrays, "--outputs", found);
        refused("could not load", "run", text, "--inputs", arrays, "--outputs", found);
        refused("none.npz", "run", model, "--inputs", folder.resolve("none.npz"), "--outputs", found);
        refused("there", "run", model, "--inputs", arrays, "--outputs", folder.resolve("not/there/out.npz"));
        Path few = folder.resolve("few.npz");
        Npz.write(few, Map.of("x", Tensor.of(new float[1], 1)));
        refused("has no array", "run", model, "--inputs", few, "--outputs", found);
        Map<String, Tensor> wrong = new HashMap<>(GoldenCase.load(name).arrays());
        wrong.put("x", Tensor.of(new float[3], 1, 3, 1, 1));
        Npz.write(few, wrong);
        refused("", "run", model, "--inputs", few, "--outputs", found);
        wrong.put("x", Tensor.zeros(ElementType.FLOAT16, 1, 3, 1, 1));
        Npz.write(few, wrong);
        refused("takes FLOAT32", "run", model, "--inputs", few, "--outputs", found);
        assertTrue(Files.notExists(found), "nothing is left behind");
    }

    private static String flagsWith(String name, String flag, int value) {
        return ((com.fasterxml.jackson.databind.node.ObjectNode) GoldenCase.json(name))
                .put(flag, value)
                .toString();
    }

    private static Path golden(String name, String extension) {
        return Golden.file(name + "." + extension);
    }
}
