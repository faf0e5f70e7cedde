package io.adm4j.export.recipe;

import static io.adm4j.export.GoldenCase.distance;
import static io.adm4j.export.GoldenCase.largest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.NoisyClassifier;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.diffusion.DpmSolver;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.ReverseRun;
import io.adm4j.diffusion.Sampler;
import io.adm4j.diffusion.SkipType;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.diffusion.UniPcSampler;
import io.adm4j.export.GoldenBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.runtime.Device;
import io.adm4j.sampling.PixelScale;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs of the solvers through the exported networks against the published code of each. */
class SolverGoldenTest {
    /** Of the largest value in a case: networks with random weights amplify rounding. */
    private static final double TOLERANCE = 1e-3;

    @TempDir
    Path folder;

    static List<String> cases() {
        return Golden.cases("solver-");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyStateAndTheImagesAreAsPublished(String name) {
        GoldenCase golden = GoldenCase.load(name);
        JsonNode settings = golden.settings();
        // The case's steps are those of the solver; the process has 1000 timesteps.
        JsonNode process = settings.<ObjectNode>deepCopy().put("steps", 1000);
        ModelBundle bundle = GoldenBundle.write(folder.resolve("bundle"), process);
        double scale = settings.path("classifier_scale").asDouble(0);
        Tensor xs = golden.arrays().get("xs");
        double tolerance = TOLERANCE * largest(xs);
        try (OnnxDenoiser denoiser = OnnxDenoiser.open(bundle, Device.CPU, 0);
                NoisyClassifier classifier = scale == 0 ? null : NoisyClassifier.open(bundle, Device.CPU, 0)) {
            Tensor labels = golden.arrays().get("y");
            Tensor start = golden.arrays().get("start");
            Sampler sampler = sampler(bundle, settings);
            ReverseRun run = sampler.begin(start, (step, noise) -> {
                throw new AssertionError("A solver adds no noise.");
            });
            boolean corrects = sampler instanceof UniPcSampler;
            boolean singlestep = sampler instanceof DpmSolver dpm && dpm.singlestep();
            int found = singlestep ? 0 : 1;
            while (run.hasNext()) {
                Tensor timesteps = Tensor.zeros(ElementType.FLOAT32, start.dim(0));
                for (int i = 0; i < start.dim(0); i++) {
                    timesteps.floats().put(i, run.timestep());
                }
                Tensor gradient = scale == 0 ? null : classifier.gradient(run.x(), timesteps, labels);
                run.advance(denoiser.predict(run.x(), timesteps, labels), gradient, GuidanceSettings.of(scale));
                if (singlestep) {
                    // Only the states between updates are recorded; the others match none of them.
                    if (found < xs.dim(0) && distance(golden.row("xs", found), run.x()) <= tolerance) {
                        found++;
                    }
                    continue;
                }
                // UniPC corrects a state by its evaluation; the last one is not evaluated.
                int state = corrects && run.hasNext() ? run.step() - 1 : run.step();
                Tensor actual = corrects && run.hasNext() ? run.memory().get(0) : run.x();
                double off = distance(golden.row("xs", state), actual);
                assertTrue(off <= tolerance, "State " + state + " is off by " + off + " of " + tolerance);
                found = state + 1;
            }
            assertEquals(xs.dim(0), found);
            assertTrue(distance(golden.arrays().get("result"), run.x()) <= tolerance);
            assertMostWithinALevel(golden.arrays().get("uint8"), PixelScale.toBytes(run.x()));
        }
    }

    private static Sampler sampler(ModelBundle bundle, JsonNode settings) {
        GaussianDiffusion diffusion =
                new GaussianDiffusion(bundle.manifest().diffusion().respaced(""));
        int steps = settings.get("steps").asInt();
        int order = settings.get("order").asInt();
        SkipType skipType = Arrays.stream(SkipType.values())
                .filter(type ->
                        plain(type.key()).equals(plain(settings.get("skip_type").asText())))
                .findFirst()
                .orElseThrow();
        Thresholding thresholding = switch (settings.path("thresholding").asText("null")) {
            case "static" -> Thresholding.STATIC;
            case "dynamic" -> new Thresholding(Thresholding.Kind.DYNAMIC, Thresholding.STANDARD_RATIO);
            default -> Thresholding.NONE;
        };
        String solver = settings.get("solver").asText();
        if (solver.equals("unipc")) {
            UniPcSampler.Variant variant = UniPcSampler.Variant.valueOf(
                    settings.get("variant").asText().toUpperCase(Locale.ROOT));
            return new UniPcSampler(diffusion, steps, order, skipType, thresholding, variant);
        }
        boolean singlestep = settings.get("method").asText().equals("singlestep");
        return new DpmSolver(diffusion, solver.equals("dpm++"), steps, order, singlestep, skipType, thresholding);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    }

    private static void assertMostWithinALevel(Tensor expected, Tensor actual) {
        byte[] e = expected.toByteArray();
        byte[] a = actual.toByteArray();
        assertEquals(e.length, a.length);
        int within = 0;
        for (int i = 0; i < e.length; i++) {
            within += Math.abs((e[i] & 0xff) - (a[i] & 0xff)) <= 1 ? 1 : 0;
        }
        assertTrue(within >= 0.999 * e.length, within + " of " + e.length + " values are within a level");
    }
}
