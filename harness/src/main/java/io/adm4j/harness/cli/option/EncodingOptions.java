package io.adm4j.harness.cli.option;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.harness.sampling.ImageEncoder;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import picocli.CommandLine.Option;

/** How images are encoded into noise and sampled back. */
public final class EncodingOptions {
    @Option(
            names = "--steps",
            paramLabel = "STEPS",
            defaultValue = "100",
            description = "Steps of each way, as of 'sample': a number, sections (90+60+60+20+20) or ddim25 (default"
                    + " ${DEFAULT-VALUE}).")
    private String steps;

    @Option(
            names = "--refinements",
            paramLabel = "N",
            converter = Range.AtLeastZero.class,
            defaultValue = "3",
            description =
                    "How often each step toward noise is taken again with the noise that the way back will see, each one more"
                            + " evaluation; 0 is DDIM as published (default ${DEFAULT-VALUE}).")
    private int refinements;

    @Option(
            names = "--clip-denoised",
            paramLabel = "BOOL",
            arity = "1",
            defaultValue = "true",
            description =
                    "Clip predictions of x_0 to [-1, 1], both ways; without, small models do not lead back (default"
                            + " ${DEFAULT-VALUE}).")
    private boolean clipDenoised;

    /**
     * An encoder of a bundle's images.
     *
     * @throws io.adm4j.feedback.UserError if the process cannot be run in these steps
     */
    public ImageEncoder encoder(Denoiser denoiser, Manifest manifest) {
        SamplingSettings settings = new SamplingSettings(SamplerKind.DDIM, StepChoice.parse(steps), 0, 0, clipDenoised);
        return new ImageEncoder(
                denoiser,
                settings.samplerFor(manifest.diffusion()).diffusion(),
                Thresholding.clipping(clipDenoised),
                refinements);
    }

    /** What decides the noise of an image. */
    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("steps", steps)
                .put("refinements", refinements)
                .put("clip_denoised", clipDenoised);
    }

    /** The options of 'sample' that lead back. */
    public String back() {
        return "--sampler ddim --steps " + steps + (clipDenoised ? "" : " --clip-denoised false");
    }
}
