package io.adm4j.sampling;

import io.adm4j.diffusion.DdimSampler;
import io.adm4j.diffusion.DdpmSampler;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Sampler;
import io.adm4j.feedback.Quoted;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The samplers by their published names. A new one is one more constant. */
public enum SamplerKind {
    /** Implicit sampling (Song, Meng and Ermon, 2021), deterministic at eta 0. */
    DDIM("ddim", true) {
        @Override
        Sampler sampler(GaussianDiffusion process, SamplingSettings settings) {
            return new DdimSampler(process, settings.eta(), settings.clipDenoised());
        }
    },
    /** Ancestral sampling (Ho, Jain and Abbeel, 2020). */
    DDPM("ddpm", false) {
        @Override
        Sampler sampler(GaussianDiffusion process, SamplingSettings settings) {
            return new DdpmSampler(process, settings.clipDenoised());
        }
    };

    private final String key;
    private final boolean takesEta;

    SamplerKind(String key, boolean takesEta) {
        this.key = key;
        this.takesEta = takesEta;
    }

    /**
     * The sampler of a published name; case does not matter.
     *
     * @throws SampleRequestException if there is none of this name
     */
    public static SamplerKind of(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(kind -> kind.key.equals(name))
                .findFirst()
                .orElseThrow(() -> new SampleRequestException(
                        RequestField.SAMPLER,
                        "must be "
                                + Arrays.stream(values()).map(SamplerKind::key).collect(Collectors.joining(" or "))
                                + ", not " + Quoted.of(text)));
    }

    /** The published name. */
    public String key() {
        return key;
    }

    /** Whether eta means anything to it. */
    public boolean takesEta() {
        return takesEta;
    }

    /** The sampler for a process whose timesteps are chosen already. */
    abstract Sampler sampler(GaussianDiffusion process, SamplingSettings settings);

    /** The published name. */
    @Override
    public String toString() {
        return key;
    }
}
