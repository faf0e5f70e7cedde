package io.adm4j.harness.cli.option;

import io.adm4j.bundle.Manifest;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.run.GeneratedSamples;
import io.adm4j.harness.evaluation.run.SampleSet;
import io.adm4j.harness.evaluation.run.WorkFolder;
import io.adm4j.harness.sampling.LabelChoice;
import io.adm4j.harness.sampling.ModelSamples;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** How an evaluation draws the samples it scores; several steps and scales make a sweep. */
public final class EvalSamplingOptions {
    private static final String HEADING = "Drawing: ";

    @Option(
            names = "--steps",
            split = ",",
            defaultValue = "25",
            paramLabel = "STEPS",
            description =
                    HEADING + "a number of steps, numbers by section (90+60+60+20+20) or ddimN; several to compare,"
                            + " separated by commas (default ${DEFAULT-VALUE}).")
    private List<String> steps;

    @Option(
            names = "--classifier-scale",
            split = ",",
            defaultValue = "0",
            paramLabel = "SCALE",
            description =
                    HEADING + "strength of the classifier's guidance; 0 does not run it; several to compare, separated"
                            + " by commas (default ${DEFAULT-VALUE}).")
    private List<Double> scales;

    @Option(
            names = "--sampler",
            defaultValue = "ddim",
            description = HEADING + "ddim or ddpm (default ${DEFAULT-VALUE}).")
    private String sampler;

    @Option(
            names = "--eta",
            defaultValue = "0",
            description = HEADING + "noise of DDIM, 0 to 1 (default ${DEFAULT-VALUE}).")
    private double eta;

    @Option(
            names = "--clip-denoised",
            arity = "1",
            defaultValue = "true",
            description = HEADING + "clip predictions of x_0 to [-1, 1] (default ${DEFAULT-VALUE}).")
    private boolean clipDenoised;

    @Option(
            names = "--labels",
            description =
                    HEADING + "balanced (all classes equally often, in random order), random, all (each in turn), or"
                            + " labels and class names separated by commas (default: balanced, where there are classes).")
    private String labels;

    @Option(
            names = "--seed",
            defaultValue = "0",
            description = HEADING + "seed of the first sample (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--samples-out",
            paramLabel = "FILE.npz",
            description =
                    HEADING + "keep the samples as the published code writes them (arr_0 NHWC uint8, arr_1 labels); of"
                            + " several sets each gets its steps and scale in the name.")
    private Path samplesOut;

    /**
     * Refuses these options where there is nothing to draw.
     *
     * @throws UserError if one was given
     */
    public static void requireNone(ParseResult given) {
        for (OptionSpec option : given.matchedOptions()) {
            boolean secondStage = option.longestName().startsWith("--upsampler");
            if (secondStage || option.description().length > 0 && option.description()[0].startsWith(HEADING)) {
                throw new UserError(option.longestName()
                        + " says how to draw samples, but the samples are given: leave out" + " one of the two.");
            }
        }
    }

    /**
     * One source for each of the settings asked for.
     *
     * @param stage what becomes of the drawn images: they themselves, or they enlarged
     * @param stageSettings the settings of that stage, name to value
     * @param drawnBy the model, for people
     * @param count samples in each set
     * @param batchSize samples drawn at once
     * @throws UserError if the model has no such labels
     * @throws IllegalArgumentException if it cannot draw these samples; the message says what it could
     */
    public List<SampleSet> sources(
            SamplingPipeline pipeline,
            UnaryOperator<SampleSource> stage,
            Map<String, String> stageSettings,
            String drawnBy,
            int count,
            int batchSize,
            WorkFolder work) {
        Manifest manifest = pipeline.manifest();
        Map<String, String> unusual = new TreeMap<>(stageSettings);
        if (!clipDenoised) {
            unusual.put("clip denoised", "false");
        }
        List<SampleSet> sources = new ArrayList<>();
        for (String step : steps) {
            for (double scale : scales) {
                boolean guided = scale != 0;
                LabelChoice choice =
                        LabelChoice.of(labels == null ? defaultLabels(manifest, guided) : labels, manifest, guided);
                String labelWords = choice.labels(seed, 0, 1).length == 0 ? "none" : choice.words();
                SamplingSettings settings =
                        new SamplingSettings(sampler, step.replace('+', ','), eta, scale, clipDenoised);
                SampleSource images = stage.apply(new ModelSamples(pipeline, choice, settings, seed, count));
                sources.add(new GeneratedSamples(
                        images,
                        new SamplingPoint(sampler, settings.steps(), eta, scale, labelWords, seed, unusual),
                        drawnBy,
                        batchSize,
                        work.path("samples", batchSize + " at once of " + images.settings()),
                        Optional.ofNullable(samplesOut).map(file -> named(file, step, scale))));
            }
        }
        return sources;
    }

    /** Seed of the first sample. */
    public long seed() {
        return seed;
    }

    /** Whether predictions of x_0 are clipped. */
    public boolean clipsDenoised() {
        return clipDenoised;
    }

    private static String defaultLabels(Manifest manifest, boolean guided) {
        boolean labelled = manifest.classConditional() || guided;
        return labelled && manifest.classCount().isPresent() ? "balanced" : "all";
    }

    /** The file of one set: of several each has its settings in the name. */
    private Path named(Path file, String step, double scale) {
        if (steps.size() * scales.size() == 1) {
            return file;
        }
        String name = file.getFileName().toString();
        int dot = name.endsWith(".npz") ? name.length() - ".npz".length() : name.length();
        return file.resolveSibling(
                name.substring(0, dot) + "-" + sampler + "-" + step + "-scale-" + scale + name.substring(dot));
    }
}
