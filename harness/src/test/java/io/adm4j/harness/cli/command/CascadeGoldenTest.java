package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.UpsamplerGraph;
import io.adm4j.harness.bundle.BundleAssembler;
import io.adm4j.io.NpyWriter;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs of real upsamplers from the command line against DDIM in float64, step by step. */
class CascadeGoldenTest {
    private static final String OWN = "own";
    private static final int STEPS = 5;
    private static final int IMAGES = 2;
    private static final double TOLERANCE = 2e-4;

    @TempDir
    Path folder;

    /** The upsamplers in the golden folder, and one of random weights for where there are none. */
    static List<String> upsamplers() {
        Stream<String> golden = Golden.cases("unet-").stream()
                .filter(name -> GoldenCase.json(name).has("large_size"))
                .filter(name -> Files.exists(Golden.file(name + ".pt")));
        return Stream.concat(golden, Stream.of(OWN)).toList();
    }

    @ParameterizedTest
    @MethodSource("upsamplers")
    void everyStepIsTheEquation(String name) {
        Path upsampler = folder.resolve("up");
        if (name.equals(OWN)) {
            writeOwn(upsampler);
        } else {
            succeeding(
                    "import",
                    "--flags",
                    Golden.file(name + ".json"),
                    "--weights",
                    Golden.file(name + ".pt"),
                    "--out",
                    upsampler);
        }
        ModelBundle bundle = ModelBundle.load(upsampler);
        int large = bundle.manifest().imageSize();
        int small = bundle.manifest().smallSize().orElseThrow();
        int classes = bundle.manifest().classCount().orElse(0);
        Tensor base = randomLevels(small);
        Tensor labels = Tensor.of(new long[] {Math.max(0, classes - 1), 0}, IMAGES);
        Path baseFile = folder.resolve("base.npz");
        Npz.write(baseFile, Map.of("arr_0", base, "arr_1", labels));
        Tensor noise = randomNoise(large);
        Path noiseFile = folder.resolve("noise.npy");
        NpyWriter.write(noiseFile, noise);
        Path out = folder.resolve("out.npz");
        Path trajectory = folder.resolve("trajectory.npz");

        succeeding(
                "sample",
                "--base-samples",
                baseFile,
                "--upsampler",
                upsampler,
                "--upsampler-steps",
                "ddim" + STEPS,
                "--upsampler-noise",
                noiseFile,
                "--out",
                out,
                "--trajectory",
                trajectory);

        List<float[]> expected = ddim(bundle, noise, base, labels);
        Tensor xs = Npz.read(trajectory).get("xs");
        assertEquals(STEPS + 1, xs.dim(0));
        for (int step = 0; step <= STEPS; step++) {
            assertArrayEquals(
                    expected.get(step),
                    xs.rows(step, step + 1).toFloatArray(),
                    (float) TOLERANCE,
                    "after step " + step);
        }
        Map<String, Tensor> written = Npz.read(out);
        assertArrayEquals(labels.toLongArray(), written.get("arr_1").toLongArray());
        assertLevels(expected.get(STEPS), written.get("arr_0"), large);
        refused("is an upsampler, which takes images of " + small, "sample", "--bundle", upsampler, "--out", out);
    }

    /** All x from the initial noise to the result. */
    private static List<float[]> ddim(ModelBundle bundle, Tensor noise, Tensor base, Tensor labels) {
        JsonNode process = bundle.manifest().diffusion().toJson();
        int timesteps = process.get("diffusion_steps").asInt();
        assertEquals("linear", process.get("noise_schedule").asText(), "the schedule written out here");
        double[] alphaBar = new double[timesteps];
        double product = 1;
        for (int t = 0; t < timesteps; t++) {
            double scale = 1000.0 / timesteps;
            product *= 1 - scale * (1e-4 + (0.02 - 1e-4) * t / (timesteps - 1));
            alphaBar[t] = product;
        }
        float[] x = noise.toFloatArray();
        List<float[]> all = new ArrayList<>(List.of(x.clone()));
        try (OnnxSession session = OnnxSession.open(bundle.path(ModelBundle.DENOISER), Device.CPU, 1)) {
            for (int step = STEPS - 1; step >= 0; step--) {
                int t = step * (timesteps / STEPS);
                Map<String, Tensor> inputs = new HashMap<>();
                inputs.put("x", Tensor.of(x, noise.shape()));
                inputs.put("t", Tensor.of(new float[] {t, t}, IMAGES));
                inputs.put("low_res", scaled(base));
                if (bundle.manifest().classConditional()) {
                    inputs.put("y", labels);
                }
                Tensor out = session.run(inputs).get("out");
                double bar = alphaBar[t];
                double barBefore = step == 0 ? 1 : alphaBar[(step - 1) * (timesteps / STEPS)];
                x = step(x, out.toFloatArray(), bar, barBefore);
                all.add(x);
            }
        }
        return all;
    }

    private static float[] step(float[] x, float[] out, double bar, double barBefore) {
        float[] next = new float[x.length];
        int image = x.length / IMAGES;
        for (int i = 0; i < x.length; i++) {
            double epsilon = out[i / image * (out.length / IMAGES) + i % image];
            double x0 = (x[i] - Math.sqrt(1 - bar) * epsilon) / Math.sqrt(bar);
            x0 = Math.max(-1, Math.min(1, x0));
            double direction = (x[i] - Math.sqrt(bar) * x0) / Math.sqrt(1 - bar);
            next[i] = (float) (Math.sqrt(barBefore) * x0 + Math.sqrt(1 - barBefore) * direction);
        }
        return next;
    }

    private static Tensor scaled(Tensor levels) {
        int size = (int) levels.dim(1);
        Tensor scaled = Tensor.zeros(ElementType.FLOAT32, IMAGES, 3, size, size);
        for (int n = 0; n < IMAGES; n++) {
            for (int c = 0; c < 3; c++) {
                for (int p = 0; p < size * size; p++) {
                    int level = levels.bytes().get((n * size * size + p) * 3 + c) & 0xff;
                    scaled.floats().put((n * 3 + c) * size * size + p, level / 127.5f - 1);
                }
            }
        }
        return scaled;
    }

    private static void assertLevels(float[] x, Tensor images, int size) {
        assertArrayEquals(new long[] {IMAGES, size, size, 3}, images.shape());
        byte[] levels = images.toByteArray();
        int plane = size * size;
        for (int i = 0; i < levels.length; i++) {
            int n = i / (3 * plane);
            double level = (x[(n * 3 + i % 3) * plane + i / 3 % plane] + 1) * 127.5;
            assertTrue(Math.abs(Math.max(0, Math.min(255, level)) - (levels[i] & 0xff)) < 1.1, "level of value " + i);
        }
    }

    private static void writeOwn(Path target) {
        ObjectNode flags = JsonNodeFactory.instance
                .objectNode()
                .put("large_size", 16)
                .put("small_size", 8)
                .put("num_channels", 32)
                .put("num_res_blocks", 1)
                .put("num_heads", 2)
                .put("channel_mult", "1,2")
                .put("attention_resolutions", "8")
                .put("class_cond", true)
                .put("num_classes", 7)
                .put("learn_sigma", true);
        // Normal values everywhere: layers that start at zero would hide the small image.
        Random random = new Random(4);
        Map<String, Tensor> weights = new HashMap<>();
        UpsamplerGraph.of(UNetConfig.fromFlags(flags), Precision.FP32)
                .parameters()
                .forEach(p -> {
                    Tensor values = Tensor.zeros(ElementType.FLOAT32, p.shape());
                    for (int i = 0; i < values.size(); i++) {
                        values.floats().put(i, (float) (0.05 * random.nextGaussian()));
                    }
                    weights.put(p.name(), values);
                });
        try (BundleAssembler bundle = new BundleAssembler(target)) {
            bundle.denoiser(flags, weights);
            bundle.finish(OWN, List.of(), JsonNodeFactory.instance.objectNode());
        }
    }

    private static Tensor randomLevels(int size) {
        byte[] levels = new byte[IMAGES * size * size * 3];
        new Random(1).nextBytes(levels);
        return Tensor.of(levels, IMAGES, size, size, 3);
    }

    private static Tensor randomNoise(int size) {
        Random random = new Random(2);
        Tensor noise = Tensor.zeros(ElementType.FLOAT32, IMAGES, 3, size, size);
        for (int i = 0; i < noise.size(); i++) {
            noise.floats().put(i, (float) random.nextGaussian());
        }
        return noise;
    }
}
