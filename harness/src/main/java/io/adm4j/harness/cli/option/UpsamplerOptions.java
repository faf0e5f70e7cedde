package io.adm4j.harness.cli.option;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.sampling.DownsampledSamples;
import io.adm4j.harness.sampling.InitialNoise;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.harness.sampling.UpsampledSamples;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import io.adm4j.sampling.Upsampler;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The second stage: an upsampler for the images of the first. */
public final class UpsamplerOptions {
    @Option(
            names = "--upsampler",
            paramLabel = "FOLDER",
            description =
                    "Bundle of an upsampler for the images; they keep their labels. Images that are a whole factor larger"
                            + " than it takes are first downsampled by area, with a note.")
    public Path bundle;

    @Option(
            names = "--upsampler-sampler",
            defaultValue = SamplingSettings.DEFAULT_SAMPLER,
            paramLabel = "SAMPLER",
            description = ReverseProcessOptions.SAMPLERS + " (default ${DEFAULT-VALUE}).")
    private String sampler;

    @Option(
            names = "--upsampler-steps",
            defaultValue = SamplingSettings.DEFAULT_STEPS,
            paramLabel = "STEPS",
            description = ReverseProcessOptions.STEPS + " (default ${DEFAULT-VALUE}).")
    private String steps;

    @Option(
            names = "--upsampler-eta",
            converter = Range.Fraction.class,
            defaultValue = "0",
            paramLabel = "ETA",
            description = "As --eta (default ${DEFAULT-VALUE}).")
    private double eta;

    @Option(
            names = "--upsampler-classifier-scale",
            defaultValue = "0",
            paramLabel = "SCALE",
            description = "Strength of the guidance by the upsampler's own classifier; published upsamplers have none"
                    + " (default ${DEFAULT-VALUE}).")
    private double classifierScale;

    @Option(
            names = "--upsampler-noise",
            paramLabel = "FILE",
            description = "Initial noise of the upsampler, as --noise; of the large size.")
    private Path noise;

    /** Set where one of these options is given. */
    @Spec
    private CommandSpec spec;

    private boolean noted;

    /** Whether there is a second stage. */
    public boolean given() {
        return bundle != null;
    }

    /**
     * Refuses options of the second stage without it.
     *
     * @throws UserError if one was given
     */
    public void check(ParseResult parsed) {
        if (given()) {
            return;
        }
        Stream.of("-sampler", "-steps", "-eta", "-classifier-scale", "-noise")
                .map("--upsampler"::concat)
                .filter(parsed::hasMatchedOption)
                .findFirst()
                .ifPresent(name -> {
                    throw new UserError(name + " is an option of the second stage: name its bundle with --upsampler.");
                });
    }

    /** The settings of the second stage for reports, name to value; empty without one. */
    public Map<String, String> settings() {
        if (!given()) {
            return Map.of();
        }
        String how = String.format(
                "%s, %s steps, eta %s, classifier scale %s",
                SamplerKind.of(sampler), StepChoice.parse(steps).published(), text(eta), text(classifierScale));
        return Map.of("upsampler", noise == null ? how : how + ", noise of " + noise);
    }

    /** Reports of all versions write an unset number so; baselines are compared by this text. */
    private static String text(double value) {
        return value == 0 ? "0" : String.valueOf(value);
    }

    private SamplingSettings settings(ReverseProcessOptions process) {
        return process.settings(
                ReverseProcessOptions.builtIn(SamplerKind.of(sampler)), StepChoice.parse(steps), eta, classifierScale);
    }

    /** The sampler of the second stage, if there is one. */
    List<SamplerKind> samplers() {
        return given() ? List.of(SamplerKind.of(sampler)) : List.of();
    }

    /** Loads the upsampler; only where one is {@link #given}. */
    public Upsampler open(DeviceOptions runtime) {
        return Upsampler.open(ModelBundle.load(bundle), runtime.device, runtime.threads);
    }

    /**
     * The base images, downsampled where the upsampler takes smaller ones.
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
            noteDownsampling(size, wanted);
            return new DownsampledSamples(base, wanted);
        }
        throw new UserError("The upsampler " + bundle + " upsamples images of " + wanted + "x" + wanted + " to "
                + upsampler.largeSize() + "x" + upsampler.largeSize() + ", but the base images are " + size + "x" + size
                + ": use a base model of " + wanted + "x" + wanted + ".");
    }

    private void noteDownsampling(int size, int wanted) {
        if (!noted) {
            noted = true;
            spec.commandLine()
                    .getErr()
                    .println("Note: the base images of " + size + "x" + size + " are downsampled to " + wanted + "x"
                            + wanted + ", which the upsampler takes.");
        }
    }

    /**
     * The upsampled images; the first has this seed.
     *
     * @param process how predictions are kept in range, and how solvers work, in both stages
     */
    public SampleSource upsampled(SampleSource base, Upsampler upsampler, long seed, ReverseProcessOptions process) {
        InitialNoise start = InitialNoise.of(noise, upsampler.manifest().channels(), upsampler.largeSize());
        return new UpsampledSamples(fitted(base, upsampler), upsampler, settings(process), seed, start);
    }
}
