package io.adm4j.harness.cli.option;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.sampling.DownsampledSamples;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.harness.sampling.StartNoise;
import io.adm4j.harness.sampling.UpsampledSamples;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.Upsampler;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The second stage: an upsampler that enlarges the images of the first. */
public final class UpsamplerOptions {
    @Option(
            names = "--upsampler",
            paramLabel = "FOLDER",
            description =
                    "Bundle of an upsampler, which enlarges the images; they keep their labels. Images larger than it"
                            + " takes, by a whole factor, are made smaller by area first, and a note says so.")
    public Path bundle;

    @Option(names = "--upsampler-sampler", paramLabel = "SAMPLER", description = "ddim or ddpm (default ddim).")
    String sampler;

    @Option(names = "--upsampler-steps", paramLabel = "STEPS", description = "As --steps (default 25).")
    String steps;

    @Option(names = "--upsampler-eta", paramLabel = "ETA", description = "As --eta (default 0).")
    Double eta;

    @Option(
            names = "--upsampler-classifier-scale",
            paramLabel = "SCALE",
            description = "Strength of the guidance by the upsampler's own classifier; published upsamplers have none"
                    + " (default 0).")
    Double classifierScale;

    @Option(
            names = "--upsampler-noise",
            paramLabel = "FILE",
            description = "Start noise of the upsampler, as --noise; of the large size.")
    Path noise;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private boolean told;

    /** Whether there is a second stage. */
    public boolean given() {
        return bundle != null;
    }

    /** @throws UserError if options of the second stage are given without it */
    public void check() {
        if (given()) {
            return;
        }
        Stream.of("-sampler", "-steps", "-eta", "-classifier-scale", "-noise")
                .map("--upsampler"::concat)
                .filter(name -> spec.commandLine().getParseResult().hasMatchedOption(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new UserError(name + " is of the second stage: name its bundle with --upsampler.");
                });
    }

    /** The settings of the second stage for people, name to value; empty without one. */
    public Map<String, String> settings() {
        if (!given()) {
            return Map.of();
        }
        String how = String.format(
                Locale.ROOT,
                "%s, %s steps, eta %s, classifier scale %s",
                sampler == null ? "ddim" : sampler,
                steps == null ? "25" : steps,
                eta == null ? 0 : eta,
                classifierScale == null ? 0 : classifierScale);
        return Map.of("upsampler", noise == null ? how : how + ", noise of " + noise);
    }

    /** Loads the upsampler, of which {@link #given} said that there is one. */
    public Upsampler open(DeviceOptions runtime) {
        return Upsampler.open(ModelBundle.load(bundle), runtime.device, runtime.threads);
    }

    /**
     * The base images, made smaller where the upsampler takes smaller ones.
     *
     * @throws UserError if no whole factor leads to the size that it takes
     */
    SampleSource fitted(SampleSource base, Upsampler upsampler) {
        int size = base.imageSize();
        int wanted = upsampler.smallSize();
        if (size == wanted) {
            return base;
        }
        if (size % wanted == 0) {
            tellOfShrinking(size, wanted);
            return new DownsampledSamples(base, wanted);
        }
        throw new UserError("The upsampler " + bundle + " enlarges images of " + wanted + "x" + wanted + " to "
                + upsampler.largeSize() + "x" + upsampler.largeSize() + ", but the base images are " + size + "x" + size
                + ": use a base model of " + wanted + "x" + wanted + ".");
    }

    private void tellOfShrinking(int size, int wanted) {
        if (!told) {
            told = true;
            spec.commandLine()
                    .getErr()
                    .println("Note: the base images of " + size + "x" + size + " are made smaller to " + wanted + "x"
                            + wanted + ", which the upsampler takes.");
        }
    }

    /** The images enlarged; the first has this seed. */
    public SampleSource enlarged(SampleSource base, Upsampler upsampler, long seed, boolean clipDenoised) {
        SamplingSettings settings = new SamplingSettings(
                sampler == null ? "ddim" : sampler,
                steps == null ? "25" : steps,
                eta == null ? 0 : eta,
                classifierScale == null ? 0 : classifierScale,
                clipDenoised);
        StartNoise start = StartNoise.of(noise, upsampler.largeSize());
        return new UpsampledSamples(fitted(base, upsampler), upsampler, settings, seed, start);
    }
}
