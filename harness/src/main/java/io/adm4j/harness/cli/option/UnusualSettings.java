package io.adm4j.harness.cli.option;

import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.feedback.ShortDecimal;
import io.adm4j.sampling.SamplingSettings;
import java.util.Map;
import java.util.TreeMap;

/** The settings of a run that reports name beyond sampler, steps, eta and scale: name to value. */
final class UnusualSettings {
    private UnusualSettings() {}

    static Map<String, String> of(SamplingSettings settings) {
        Map<String, String> unusual = new TreeMap<>();
        Thresholding thresholding = settings.thresholding();
        switch (thresholding.kind()) {
            case NONE -> unusual.put("clip denoised", "false");
            case STATIC -> {}
            case DYNAMIC -> unusual.put("thresholding", "dynamic, ratio " + ShortDecimal.of(thresholding.ratio()));
        }
        if (settings.sampler().solver()) {
            unusual.put(
                    "solver",
                    "order " + settings.solver().order() + ", "
                            + settings.solver().method().key() + ", "
                            + settings.solver().skipType().key());
        }
        GuidanceSettings guidance = settings.guidance();
        if (guidance.active() && !guidance.everywhere()) {
            unusual.put(
                    "guidance interval", ShortDecimal.of(guidance.from()) + " to " + ShortDecimal.of(guidance.to()));
        }
        if (guidance.active() && guidance.rescale() != 0) {
            unusual.put("guidance rescale", ShortDecimal.of(guidance.rescale()));
        }
        return unusual;
    }
}
