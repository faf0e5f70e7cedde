package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.sampling.SamplingSettings;

/** What decides a model's images, as a run's note of it. */
final class RunSettings {
    private RunSettings() {}

    static ObjectNode of(Manifest manifest, SamplingSettings settings, long seed, StartNoise noise) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("name", manifest.name())
                .put("seed", seed)
                .put("sampler", settings.sampler())
                .put("steps", settings.steps())
                .put("eta", settings.eta())
                .put("classifier_scale", settings.classifierScale())
                .put("clip_denoised", settings.clipDenoised())
                .put("noise", noise.checksum());
        manifest.files().forEach((file, entry) -> json.put(file, entry.sha256()));
        return json;
    }
}
