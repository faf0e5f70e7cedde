package io.adm4j.harness.cli.option;

import io.adm4j.bundle.Manifest;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.run.GeneratedSamples;
import io.adm4j.harness.evaluation.run.SampleSet;
import io.adm4j.harness.evaluation.run.WorkFolder;
import io.adm4j.harness.sampling.LabelAssignment;
import io.adm4j.harness.sampling.ModelSamples;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.io.OutputPath;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** How an evaluation samples the images it scores; several steps and scales make a sweep. */
public final class EvalSamplingOptions extends ReverseProcessOptions {
    private static final String SEED = "--seed";

    @Option(
            names = "--sampler",
            split = ",",
            defaultValue = SamplingSettings.DEFAULT_SAMPLER,
            paramLabel = "NAME",
            description = SAMPLERS + "; several to compare, separated by commas (default ${DEFAULT-VALUE}).")
    private List<String> samplers;

    @Option(
            names = "--steps",
            split = ",",
            defaultValue = SamplingSettings.DEFAULT_STEPS,
            paramLabel = "STEPS",
            description = STEPS + "; several to compare, separated by commas (default ${DEFAULT-VALUE}).")
    private List<String> steps;

    @Option(
            names = "--classifier-scale",
            split = ",",
            defaultValue = "0",
            paramLabel = "SCALE",
            description = "Strength of the classifier's guidance; 0 does not run it; several to compare, separated"
                    + " by commas (default ${DEFAULT-VALUE}).")
    private List<Double> scales;

    @Option(
            names = "--labels",
            paramLabel = "LABELS",
            description = "balanced (all classes equally often, in random order), random, all (each in turn), or"
                    + " labels and class names separated by commas (default: balanced, where there are classes).")
    private String labels;

    @Option(
            names = SEED,
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the first sample, or of the choice of given samples (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--samples-out",
            paramLabel = "FILE.npz",
            description = "Keep the samples as the published code writes them (arr_0 NHWC uint8, arr_1 labels); of"
                    + " several sets each gets its steps and scale in the name.")
    private Path samplesOut;

    /**
     * Refuses a file for samples that cannot be written, or that would replace an input.
     *
     * @param inputs files that the command reads; null ones are skipped
     * @throws UserError if it is a folder, an input, or permission is missing
     */
    public void check(Path... inputs) {
        if (samplesOut != null) {
            OutputPath output = new OutputPath("--samples-out", samplesOut);
            output.requireFile();
            output.requireOtherThan(inputs);
        }
    }

    /**
     * Refuses these options, and those of an upsampler, where the samples are given.
     *
     * @param chosen whether the samples are chosen by {@code --seed}
     * @throws UserError if one was given
     */
    public static void requireNone(ParseResult given, boolean chosen) {
        Stream.of(new EvalSamplingOptions(), new UpsamplerOptions())
                .flatMap(options -> CommandSpec.forAnnotatedObject(options).options().stream())
                .map(OptionSpec::longestName)
                .filter(given::hasMatchedOption)
                .filter(name -> !(chosen && name.equals(SEED)))
                .findFirst()
                .ifPresent(name -> {
                    throw new UserError(
                            name + " says how to sample, but the samples are given: leave out one of the" + " two.");
                });
    }

    /**
     * One set of samples for each combination of the settings.
     *
     * @param stage the second stage: the images of the first to those that are scored
     * @param stageSettings the settings of that stage, name to value
     * @param model name of the model for messages
     * @param count samples in each set
     * @param batchSize samples in one batch
     * @throws UserError if a value cannot be used or the model cannot be sampled so
     */
    public List<SampleSet> sources(
            SamplingPipeline pipeline,
            UnaryOperator<SampleSource> stage,
            Map<String, String> stageSettings,
            String model,
            int count,
            int batchSize,
            WorkFolder work) {
        Manifest manifest = pipeline.manifest();
        List<SampleSet> sources = new ArrayList<>();
        List<SamplerKind> kinds = kinds();
        requireSolver(kinds);
        for (SamplerKind kind : kinds) {
            for (StepChoice step : choices()) {
                for (double scale : scales) {
                    boolean guided = scale != 0;
                    String given = labels == null ? defaultLabels(manifest, guided) : labels;
                    LabelAssignment choice = LabelAssignment.of(given, manifest, guided);
                    String labelWords = choice.labels(seed, 0, 1).length == 0 ? "none" : choice.text();
                    SamplingSettings settings = settings(builtIn(kind), step, kind.takesEta() ? eta() : null, scale);
                    Map<String, String> unusual = new TreeMap<>(stageSettings);
                    unusual.putAll(UnusualSettings.of(settings));
                    SampleSource images = stage.apply(new ModelSamples(pipeline, choice, settings, seed, count));
                    sources.add(new GeneratedSamples(
                            images,
                            new SamplingPoint(kind, step, settings.eta(), scale, labelWords, seed, unusual),
                            model,
                            batchSize,
                            work.path("samples", batchSize + " at once of " + images.settings()),
                            Optional.ofNullable(samplesOut).map(file -> named(file, kind, step, scale))));
                }
            }
        }
        if (samplesOut != null) {
            long bytes = sources.stream()
                    .mapToLong(set -> (long) set.channels() * set.count() * set.imageSize() * set.imageSize())
                    .sum();
            new OutputPath("--samples-out", samplesOut).requireRoom(bytes);
        }
        return sources;
    }

    /** The values of the sweep over steps; nobody compares a value with itself, so equal ones are a mistake. */
    private List<StepChoice> choices() {
        List<StepChoice> choices = steps.stream().map(StepChoice::parse).toList();
        if (choices.stream().distinct().count() < choices.size()) {
            throw new UserError(
                    "--steps has a value twice: a comma separates values to compare; for sections of one run"
                            + " write " + String.join("+", steps) + ".");
        }
        return choices;
    }

    /** The values of the sweep over samplers. */
    private List<SamplerKind> kinds() {
        List<SamplerKind> kinds = samplers.stream().map(SamplerKind::of).toList();
        if (kinds.stream().distinct().count() < kinds.size()) {
            throw new UserError("--sampler has a value twice: a comma separates samplers to compare.");
        }
        if (eta() != null && eta() != 0 && kinds.stream().noneMatch(SamplerKind::takesEta)) {
            throw new UserError("--eta must be left out with the sampler " + kinds.get(0) + ": it belongs to ddim.");
        }
        return kinds;
    }

    /** Seed of the first sample. */
    public long seed() {
        return seed;
    }

    private static String defaultLabels(Manifest manifest, boolean guided) {
        boolean labelled = manifest.classConditional() || guided;
        return labelled && manifest.classCount().isPresent() ? "balanced" : "all";
    }

    /** The file of one set: of several each has its settings in the name. */
    private Path named(Path file, SamplerKind sampler, StepChoice step, double scale) {
        if (samplers.size() * steps.size() * scales.size() == 1) {
            return file;
        }
        String name = file.getFileName().toString();
        int dot = name.endsWith(".npz") ? name.length() - ".npz".length() : name.length();
        return file.resolveSibling(
                name.substring(0, dot) + "-" + sampler + "-" + step + "-scale-" + scale + name.substring(dot));
    }
}
