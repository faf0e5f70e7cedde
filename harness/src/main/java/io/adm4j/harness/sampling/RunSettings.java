package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.sampling.SamplingSettings;

/** The settings that determine a model's images, as kept on disk to recognize a run. */
final class RunSettings {
    private RunSettings() {}

    static ObjectNode of(Manifest manifest, SamplingSettings settings, long seed, InitialNoise noise) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("name", manifest.name())
                .put("seed", seed)
                .put("sampler", settings.sampler().key())
                .put("steps", settings.steps().published())
                .put("eta", settings.eta())
                .put("classifier_scale", settings.classifierScale())
                .put("clip_denoised", settings.thresholding().kind() != Thresholding.Kind.NONE)
                .put("noise", noise.checksum());
        if (settings.thresholding().kind() == Thresholding.Kind.DYNAMIC) {
            json.put("thresholding_ratio", settings.thresholding().ratio());
        }
        if (settings.sampler().solver()) {
            json.put("solver_order", settings.solver().order())
                    .put("solver_method", settings.solver().method().key())
                    .put("skip_type", settings.solver().skipType().key());
        }
        GuidanceSettings guidance = settings.guidance();
        if (guidance.active() && !guidance.everywhere()) {
            json.put("guidance_from", guidance.from()).put("guidance_to", guidance.to());
        }
        if (guidance.active() && guidance.rescale() != 0) {
            json.put("guidance_rescale", guidance.rescale());
        }
        manifest.checksums().forEach(json::put);
        return json;
    }
}
