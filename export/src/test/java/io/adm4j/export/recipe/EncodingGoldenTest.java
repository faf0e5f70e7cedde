package io.adm4j.export.recipe;

import static io.adm4j.export.GoldenCase.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.Golden;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.diffusion.DdimInversion;
import io.adm4j.diffusion.DdimSampler;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.Sampler;
import io.adm4j.diffusion.StepState;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.export.GoldenBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Images to noise and back through the exported denoiser, against the published code. */
class EncodingGoldenTest {
    private static final double TOLERANCE = 2e-4;

    @TempDir
    Path folder;

    static List<String> cases() {
        return Golden.cases("encode-");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyStateIsAsPublished(String name) {
        GoldenCase golden = GoldenCase.load(name);
        JsonNode settings = golden.settings();
        ModelBundle bundle = GoldenBundle.write(folder.resolve("bundle"), settings);
        GaussianDiffusion diffusion = new GaussianDiffusion(
                bundle.manifest().diffusion().respaced(settings.get("spacing").asText()));
        Thresholding thresholding =
                Thresholding.clipping(settings.path("clip_denoised").asBoolean(false));
        Tensor labels = golden.arrays().get("y");
        try (OnnxDenoiser denoiser = OnnxDenoiser.open(bundle, Device.CPU, 0)) {
            compare(golden, "xs", new DdimInversion(diffusion, thresholding), denoiser, labels);
            compare(golden, "decoded", new DdimSampler(diffusion, 0, thresholding), denoiser, labels);
        }
    }

    private static void compare(
            GoldenCase golden, String array, Sampler sampler, OnnxDenoiser denoiser, Tensor labels) {
        Iterator<StepState> steps =
                sampler.steps(denoiser, Guidance.none(), golden.row(array, 0), labels, (step, noise) -> {
                    throw new AssertionError("No noise is added.");
                });
        int taken = 0;
        while (steps.hasNext()) {
            Tensor found = steps.next().next();
            assertClose(array + " after step " + ++taken, golden.row(array, taken), found, TOLERANCE, TOLERANCE);
        }
        assertEquals(golden.arrays().get(array).dim(0), taken + 1);
    }
}
