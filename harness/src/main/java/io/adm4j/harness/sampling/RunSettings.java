package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
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
                .put("clip_denoised", settings.clipDenoised())
                .put("noise", noise.checksum());
        manifest.files().forEach((file, entry) -> json.put(file, entry.sha256()));
        return json;
    }
}
