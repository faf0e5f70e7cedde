package io.adm4j.export.recipe;

import static io.adm4j.export.GoldenCase.assertClose;
import static io.adm4j.export.GoldenCase.distance;
import static io.adm4j.export.GoldenCase.largest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.bundle.OnnxDenoiserGradient;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.NoiseSource;
import io.adm4j.diffusion.StepState;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.export.GoldenBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.restoration.BlockSums;
import io.adm4j.restoration.DecomposedDegradation;
import io.adm4j.restoration.Masking;
import io.adm4j.restoration.NullSpaceRestoration;
import io.adm4j.restoration.PosteriorRestoration;
import io.adm4j.restoration.TimeTravel;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole restorations through the exported denoiser, against the published code. */
class RestorationGoldenTest {
    /** Of the largest value in a case: networks with random weights amplify rounding. */
    private static final double TOLERANCE = 1e-3;

    @TempDir
    Path folder;

    static List<String> cases() {
        return Golden.cases("restore-ddnm");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyStateIsAsPublished(String name) {
        GoldenCase golden = GoldenCase.load(name);
        JsonNode settings = golden.settings();
        JsonNode process = settings.<ObjectNode>deepCopy().put("steps", 1000);
        ModelBundle bundle = GoldenBundle.write(folder.resolve("bundle"), process);
        Tensor xs = golden.arrays().get("xs");
        double tolerance = TOLERANCE * largest(xs);
        NullSpaceRestoration restoration = new NullSpaceRestoration(
                new GaussianDiffusion(bundle.manifest().diffusion().respaced("")),
                settings.get("steps").asInt(),
                settings.get("sigma_y").asDouble(),
                settings.get("eta").asDouble(),
                new TimeTravel(
                        settings.get("travel_length").asInt(),
                        settings.get("travel_repeat").asInt()));
        DecomposedDegradation degradation = degradation(golden);
        Tensor degraded = golden.arrays().get("degraded");
        // The measurement has the operator's own order of values; that of its pseudo-inverse is the same in ours.
        Tensor measured = degradation.measure(degraded);
        assertTrue(distance(degraded, degradation.pseudoInverse(measured)) < 1e-5);
        int[] draws = {0};
        try (OnnxDenoiser denoiser = OnnxDenoiser.open(bundle, Device.CPU, 0)) {
            Iterator<StepState> steps = restoration
                    .sampler(degradation, measured)
                    .steps(
                            denoiser,
                            Guidance.none(),
                            golden.arrays().get("start"),
                            golden.arrays().get("y"),
                            (draw, noise) -> {
                                assertEquals(draws[0]++, draw);
                                noise.bytes().put(golden.row("noise", draw).bytes());
                            });
            int taken = 0;
            Tensor last = null;
            while (steps.hasNext()) {
                StepState state = steps.next();
                double off = distance(golden.row("xs", taken), state.x());
                assertTrue(off <= tolerance, "State " + taken + " is off by " + off + " of " + tolerance);
                taken++;
                last = state.next();
            }
            assertEquals(xs.dim(0), taken);
            assertEquals(golden.arrays().get("noise").dim(0), draws[0]);
            double off = distance(golden.arrays().get("result"), last);
            assertTrue(off <= tolerance, "The result is off by " + off + " of " + tolerance);
        }
    }

    static List<String> posteriorCases() {
        return Golden.cases("restore-dps");
    }

    @ParameterizedTest
    @MethodSource("posteriorCases")
    void posteriorSamplingIsAsPublished(String name) {
        GoldenCase golden = GoldenCase.load(name);
        JsonNode settings = golden.settings();
        ModelBundle bundle = GoldenBundle.write(folder.resolve("bundle"), settings);
        Tensor xs = golden.arrays().get("xs");
        double tolerance = TOLERANCE * largest(xs);
        PosteriorRestoration restoration = new PosteriorRestoration(
                new GaussianDiffusion(bundle.manifest()
                        .diffusion()
                        .respaced(settings.get("spacing").asText())),
                settings.get("scale").asDouble(),
                Thresholding.clipping(settings.get("clip_denoised").asBoolean()));
        float[] norms = golden.arrays().get("norm").toFloatArray();
        try (OnnxDenoiser denoiser = OnnxDenoiser.open(bundle, Device.CPU, 0);
                OnnxDenoiserGradient jacobian = OnnxDenoiserGradient.open(bundle, Device.CPU, 0)) {
            NoiseSource recorded =
                    (step, noise) -> noise.bytes().put(golden.row("noise", step).bytes());
            DecomposedDegradation degradation = degradation(golden);
            Tensor measured = golden.arrays().get("measured");
            Tensor labels = golden.arrays().get("y");
            // Each step from the recorded state: a network with random weights and clipping amplify what a gradient is
            // off by.
            for (int taken = 0; taken < norms.length; taken++) {
                PosteriorRestoration.Step step = restoration
                        .restore(
                                denoiser,
                                jacobian,
                                degradation,
                                measured,
                                taken,
                                golden.row("xs", taken),
                                labels,
                                recorded)
                        .next();
                assertEquals(norms[taken], step.norms()[0], 1e-3 * norms[taken]);
                Tensor gradient = golden.row("gradient", taken);
                double wrong = distance(gradient, step.gradient());
                assertTrue(wrong <= 1e-3 * largest(gradient), "Gradient " + taken + " is off by " + wrong);
                double off = distance(golden.row("xs", taken + 1), step.state().next());
                assertTrue(off <= tolerance, "State after step " + taken + " is off by " + off + " of " + tolerance);
            }
            assertEquals(xs.dim(0), norms.length + 1);
        }
    }

    static List<String> products() {
        return Golden.cases("vjp-");
    }

    @ParameterizedTest
    @MethodSource("products")
    void theVectorJacobianProductIsAsPublished(String name) {
        GoldenCase golden = GoldenCase.load(name);
        ModelBundle bundle = GoldenBundle.write(folder.resolve("bundle"), golden.settings());
        try (OnnxDenoiserGradient jacobian = OnnxDenoiserGradient.open(bundle, Device.CPU, 0)) {
            Tensor found = jacobian.vjp(
                    golden.arrays().get("x"),
                    golden.arrays().get("t"),
                    golden.arrays().get("y"),
                    golden.arrays().get("v"));
            assertClose("vjp", golden.arrays().get("vjp"), found, 2e-5, 1e-4);
        }
    }

    private static DecomposedDegradation degradation(GoldenCase golden) {
        String text = golden.settings().get("degradation").asText();
        Matcher average = Pattern.compile("average of (\\d+)x\\d+").matcher(text);
        if (average.matches()) {
            return BlockSums.averages(Integer.parseInt(average.group(1)));
        }
        Tensor truth = golden.arrays().get("truth");
        if (text.equals("mask")) {
            float[] mask = golden.arrays().get("mask").toFloatArray();
            boolean[] known = new boolean[mask.length];
            for (int i = 0; i < mask.length; i++) {
                known[i] = mask[i] == 1;
            }
            return new Masking(known);
        }
        if (text.equals("identity")) {
            return Masking.none((int) truth.dim(2), (int) truth.dim(3));
        }
        if (text.startsWith("grey")) {
            return BlockSums.grayscale();
        }
        throw new IllegalArgumentException("The case names a degradation that there is not: " + text);
    }
}
