package io.adm4j.harness.cli.command;

import static io.adm4j.export.GoldenCase.assertClose;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.Golden;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.diffusion.BitsPerDimension;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.GoldenCase;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The likelihood bound through the exported denoiser against the published code's, with its noise. */
class BitsPerDimensionGoldenTest {
    private static final double RELATIVE = 1e-4;
    private static final double ABSOLUTE = 1e-6;

    @TempDir
    Path folder;

    static List<String> cases() {
        return Golden.cases("losses").stream()
                .filter(name -> GoldenCase.json(name).has("bpd_spacing"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void termsAreAsPublished(String name) {
        GoldenCase golden = GoldenCase.load(name);
        ModelBundle bundle = GoldenBundle.write(folder.resolve("bundle"), golden.settings());
        GaussianDiffusion diffusion = new GaussianDiffusion(bundle.manifest()
                .diffusion()
                .respaced(golden.settings().get("bpd_spacing").asText()));
        BitsPerDimension bound = new BitsPerDimension(
                diffusion, golden.settings().path("clip_denoised").asBoolean(true));
        int[] done = {0};
        BitsPerDimension.Terms terms;
        try (OnnxDenoiser denoiser = OnnxDenoiser.open(bundle, Device.CPU, 0)) {
            terms = bound.evaluate(
                    denoiser,
                    golden.arrays().get("x_start"),
                    golden.arrays().get("y"),
                    (step, noise) ->
                            noise.bytes().put(golden.row("bpd_noise", step).bytes()),
                    (step, steps) -> done[0]++);
        }
        check(golden, "bpd_total_bpd", terms.total());
        check(golden, "bpd_prior_bpd", terms.prior());
        check(golden, "bpd_vb", terms.vb());
        check(golden, "bpd_xstart_mse", terms.xStartMse());
        check(golden, "bpd_mse", terms.mse());
        assertTrue(done[0] == diffusion.numTimesteps(), "progress was told " + done[0] + " times");
    }

    private static void check(GoldenCase golden, String array, double[]... rows) {
        float[] found = new float[Arrays.stream(rows).mapToInt(r -> r.length).sum()];
        int at = 0;
        for (double[] row : rows) {
            for (double value : row) {
                found[at++] = (float) value;
            }
        }
        Tensor expected = golden.arrays().get(array);
        assertClose(array, expected, Tensor.of(found, expected.shape()), ABSOLUTE, RELATIVE);
    }
}
