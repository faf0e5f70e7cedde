package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.BundleException;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.SkipType;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingDefaultsTest {
    private static final SamplingSettings BUILT_IN = SamplingSettings.defaults();

    private static Manifest manifest(String sampling, boolean withClassifier) throws IOException {
        return TinyBundle.description(4, withClassifier, List.of("a", "b"))
                .withSampling((ObjectNode) new ObjectMapper().readTree(sampling));
    }

    @Test
    void whatIsGivenHoldsAndTheRestIsBuiltIn() throws IOException {
        Manifest manifest = manifest("""
                {"sampler": "dpm-solver++", "steps": 10, "classifierScale": 2.5, "guidanceInterval": "100,800",
                 "thresholding": "dynamic", "thresholdingRatio": 0.9, "solverOrder": 3, "skipType": "log-snr"}""", true);
        SamplingSettings settings = SamplingDefaults.of(manifest).over(BUILT_IN, Optional.empty());
        assertEquals(SamplerKind.DPM_SOLVER_PLUS_PLUS, settings.sampler());
        assertEquals(StepChoice.of(10), settings.steps());
        assertEquals(2.5, settings.classifierScale());
        assertEquals(100, settings.guidance().from());
        assertEquals(800, settings.guidance().to());
        assertEquals(new Thresholding(Thresholding.Kind.DYNAMIC, 0.9), settings.thresholding());
        assertEquals(new SolverSettings(3, SolverMethod.MULTISTEP, SkipType.LOG_SNR), settings.solver());
        assertEquals(BUILT_IN, SamplingDefaults.NONE.over(BUILT_IN, Optional.empty()));
        assertEquals(manifest, Manifest.parse(manifest.toJson().toString().getBytes(StandardCharsets.UTF_8), "it"));
        assertFalse(
                manifest.withSampling(SamplingDefaults.NONE.toJson()).toJson().has("sampling"));
    }

    @Test
    void anotherSamplerTakesNothingThatBelongsToTheFirst() {
        SamplingDefaults defaults = SamplingDefaults.of(Map.of(
                "sampler", "unipc", "steps", "8", "solverOrder", "3", "classifierScale", "2", "thresholding", "none"));
        SamplingSettings other = defaults.over(BUILT_IN, Optional.of(SamplerKind.DDPM));
        assertEquals(BUILT_IN.steps(), other.steps());
        assertEquals(2, other.classifierScale());
        assertEquals(Thresholding.Kind.NONE, other.thresholding().kind());
        assertEquals(SolverSettings.STANDARD, other.solver());
        SamplingSettings same = defaults.over(BUILT_IN, Optional.of(SamplerKind.UNIPC));
        assertEquals(defaults.over(BUILT_IN, Optional.empty()), same);
        assertEquals(3, same.solver().order());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"sampler\": \"euler\"} | sampler must be one of ddim, ddpm,",
                "{\"colour\": 1} | There is no default 'colour' for sampling: there are sampler, steps,",
                "{\"label\": 1} | There is no default 'label'",
                "{\"steps\": \"ddim249\"} | steps must fit the model's process:",
                "{\"steps\": [1]} | has a default 'steps' for sampling that is no number or text.",
                "{\"steps\": \"many\"} | steps must be a number such as 25",
                "{\"eta\": \"x\"} | eta must be a number, not 'x'.",
                "{\"solverOrder\": 3} | solverOrder must be left out with the sampler ddim: it belongs to solvers.",
                "{\"solverOrder\": \"two\", \"sampler\": \"unipc\"} | solverOrder must be 1, 2 or 3, not 'two'.",
                "{\"sampler\": \"unipc\", \"steps\": 2, \"solverOrder\": 3} | solverOrder must be at most the number of steps",
                "{\"thresholdingRatio\": 0.9} | thresholdingRatio must be left out with static thresholding",
                "{\"classifierScale\": 1} | classifierScale must be 0 or left out, since there is no classifier.",
            })
    void whatCannotBeIsRefusedWhenTheBundleOpens(String sampling, String expected) throws IOException {
        Manifest manifest = manifest(sampling, false);
        String message = assertThrows(BundleException.class, () -> SamplingDefaults.of(manifest))
                .getMessage();
        assertTrue(message.startsWith("The bundle tiny has a ") && message.contains(expected), message);
        assertTrue(message.endsWith(".") && !message.endsWith(".."), message);
    }

    @Test
    void whatIsNotGivenIsNotChecked() {
        DiffusionConfig short10 = DiffusionConfig.fromJson(
                JsonNodeFactory.instance.objectNode().put("diffusion_steps", 10).put("noise_schedule", "cosine"));
        SamplingDefaults.NONE.check(short10, false);
        SamplingDefaults.of(Map.of("classifierScale", "2")).check(short10, true);
    }

    @Test
    void anUpsamplerHasNone() throws IOException {
        Manifest base = manifest("{\"steps\": 5}", false);
        ObjectNode json = base.toJson();
        ((ObjectNode) json.get("denoiser")).put("large_size", 4).put("small_size", 2);
        Manifest upsampler = Manifest.parse(json.toString().getBytes(StandardCharsets.UTF_8), "it");
        assertTrue(assertThrows(UserError.class, () -> SamplingDefaults.of(upsampler))
                .getMessage()
                .contains("is an upsampler"));
    }
}
