package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.importer.torch.StateDictWriter;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.BundleAssembler;
import io.adm4j.harness.cli.option.BundleDefaultOptions;
import io.adm4j.harness.cli.option.BundledReferenceOptions;
import io.adm4j.harness.cli.option.CheckpointStep;
import io.adm4j.harness.cli.option.ExtraGraphOptions;
import io.adm4j.harness.cli.option.PrecisionOption;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.training.MovingAverageRate;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TrainedNetwork;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.harness.training.engine.SavedWeights;
import io.adm4j.io.OutputPath;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a bundle from training runs. */
@Command(
        name = "export",
        description =
                "Makes a model bundle (ONNX graphs and model.json) from training runs, or writes the weights of one.")
public final class ExportCommand implements Runnable {
    /** Logits and gradient, each with its weights. */
    private static final int GRAPHS_OF_CLASSIFIER = 2;

    @Option(names = "--denoiser", paramLabel = "RUN", description = "Run of 'train diffusion'.")
    private Path denoiser;

    @Option(
            names = "--upsampler",
            paramLabel = "RUN",
            description =
                    "Run of 'train upsampler', instead of --denoiser: its bundle is what sample --upsampler takes.")
    private Path upsampler;

    @Option(
            names = "--step",
            paramLabel = "N",
            converter = CheckpointStep.Converter.class,
            description =
                    "Step of the checkpoint of --denoiser or --upsampler to export, or best for the one that scored best"
                            + " (default: its newest). Any RUN may also be the folder of one of its checkpoints.")
    private CheckpointStep step;

    @Option(names = "--classifier", paramLabel = "RUN", description = "Run of 'train classifier', for guidance.")
    private Path classifier;

    @Option(
            names = "--features",
            paramLabel = "RUN",
            description = "Run of 'train classifier --no-noise' with the adaptive pool, for scores.")
    private Path features;

    @ArgGroup(validate = false, heading = Section.REFERENCE)
    private BundledReferenceOptions reference = new BundledReferenceOptions();

    @Mixin
    private PrecisionOption precision;

    @ArgGroup(validate = false, heading = Section.RESTORATION)
    private ExtraGraphOptions extra = new ExtraGraphOptions();

    @ArgGroup(validate = false, heading = Section.SAMPLING)
    private BundleDefaultOptions sampling = new BundleDefaultOptions();

    @Option(names = "--out", paramLabel = "FOLDER", description = "Folder of the bundle.")
    private Path out;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description =
                    "Instead of a bundle, write the weights of one run under the published names, for PyTorch: to a .pt or"
                            + " a .safetensors file.")
    private Path weightsFile;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the model (default: the folder's).")
    private String name;

    @Option(
            names = "--ema-rate",
            paramLabel = "RATE",
            converter = Range.Fraction.class,
            description =
                    "Moving average of the weights to export; 0 exports the weights themselves (default: each run's"
                            + " largest rate).")
    private Double emaRate;

    @Spec
    private CommandSpec spec;

    private final Map<Path, RunFolder> sources = new HashMap<>();

    @Override
    public void run() {
        if ((out == null) == (weightsFile == null)) {
            throw new UserError("Give either --out FOLDER for a bundle or --weights FILE for the weights of one run.");
        }
        if (weightsFile == null) {
            exportBundle();
        } else {
            exportWeights();
        }
    }

    private void exportWeights() {
        if (sampling.given()) {
            throw new UserError("--default is for bundles: leave it out with --weights.");
        }
        List<Path> runs = Stream.of(denoiser, upsampler, classifier, features)
                .filter(Objects::nonNull)
                .toList();
        if (runs.size() != 1) {
            throw new UserError(
                    "--weights takes the weights of one run: give one of --denoiser, --upsampler, --classifier"
                            + " and --features.");
        }
        if (!StateDictWriter.knows(weightsFile)) {
            throw new UserError(
                    "--weights takes a file that ends in .pt or .safetensors, and " + weightsFile + " does not.");
        }
        new OutputPath("--weights", weightsFile).requireFile();
        Map<String, Tensor> weights = weights(new RunFolder(runs.get(0)), JsonNodeFactory.instance.objectNode());
        new StateDictWriter(weights).write(weightsFile);
        spec.commandLine()
                .getOut()
                .printf(Locale.ROOT, "%s: %s%n", weightsFile, Count.of(weights.size(), "weight array"));
        spec.commandLine().getOut().flush();
    }

    private void exportBundle() {
        if ((denoiser == null) == (upsampler == null)) {
            throw new UserError("Give either --denoiser RUN or --upsampler RUN: a bundle holds one of them.");
        }
        if (extra.denoiserVjp() && denoiser == null) {
            throw new UserError("--with denoiser-vjp is for bundles of --denoiser: leave it out.");
        }
        if (sampling.given() && denoiser == null) {
            throw new UserError("--default is for bundles of --denoiser: leave it out.");
        }
        SamplingDefaults defaults = sampling.defaults();
        Path generator = denoiser == null ? upsampler : denoiser;
        TrainedNetwork network = denoiser == null ? TrainedNetwork.UPSAMPLER : TrainedNetwork.DENOISER;
        new OutputPath("--out", out).requireReplaceableFolder();
        new OutputPath("--out", out)
                .requireRoom((extra.denoiserVjp() ? 2 : 1) * weightBytes(generator)
                        + GRAPHS_OF_CLASSIFIER * weightBytes(classifier)
                        + weightBytes(features));
        RunFolder main = source(generator);
        ObjectNode provenance = JsonNodeFactory.instance.objectNode();
        List<String> classes = new ArrayList<>();
        main.description().path("data").path("classes").forEach(c -> classes.add(c.asText()));
        try (BundleAssembler bundle = new BundleAssembler(out)) {
            // A run of another kind is refused before anything is said of its weights.
            ObjectNode generatorFlags =
                    flags(main, network.kind(), "--" + (denoiser == null ? "upsampler" : "denoiser"));
            sampling.check(DiffusionConfig.fromJson(generatorFlags), classifier != null);
            bundle.sampling(defaults);
            Map<String, Tensor> weights = weights(main, provenance.putObject("denoiser"));
            bundle.denoiser(generatorFlags, precision.precision, weights);
            if (extra.denoiserVjp()) {
                bundle.denoiserVjp(weights);
            }
            if (classifier != null) {
                RunFolder run = source(classifier);
                ObjectNode flags = flags(run, "classifier", "--classifier");
                if (!flags.path("noised").asBoolean()) {
                    throw new UserError("The run in " + classifier + " was trained without noise, so it cannot guide:"
                            + " give it as --features.");
                }
                bundle.classifier(flags, weights(run, provenance.putObject("classifier")));
            }
            if (features != null) {
                RunFolder run = source(features);
                bundle.features(flags(run, "classifier", "--features"), weights(run, provenance.putObject("features")));
            }
            if (reference.path != null) {
                JsonNode flags = main.description().get("flags");
                int size = network.imageSize(flags);
                Dataset images = Dataset.open(
                        reference.path,
                        new DatasetOptions(size, Split.TEST).withChannels(network.channels(flags)),
                        spec.commandLine().getErr()::println);
                bundle.reference(images, reference.samples);
                provenance
                        .putObject("reference")
                        .put("sha256", images.checksum())
                        .put("pictures", Math.min(reference.samples, images.size()));
            }
            if (!bundle.fits(classes)) {
                spec.commandLine()
                        .getErr()
                        .println("The data of " + generator + " names " + classes.size()
                                + " classes and the network has" + " more, so the bundle has no class names.");
                classes.clear();
            }
            bundle.finish(name, classes, provenance, spec.commandLine().getOut());
        }
    }

    /** One for each folder, so that what is damaged in it is read and said once. */
    private RunFolder source(Path folder) {
        return sources.computeIfAbsent(folder, given -> RunFolder.source(given, this::warn));
    }

    private RunFolder.Checkpoint checkpoint(RunFolder run) {
        return step != null && run == sources.get(denoiser == null ? upsampler : denoiser)
                ? step.of(run)
                : run.require();
    }

    private void warn(String line) {
        PrintWriter errors = spec.commandLine().getErr();
        errors.println("Warning: " + line);
        errors.flush();
    }

    private void warn(String doubt, RunFolder run) {
        warn("of " + run.path() + " " + doubt);
    }

    /** Bytes of a run's weights in float32; 0 for no run. */
    private long weightBytes(Path folder) {
        if (folder == null) {
            return 0;
        }
        RunFolder run = source(folder);
        run.description();
        return SavedWeights.read(checkpoint(run).folder()).weights().values().stream()
                .mapToLong(weight -> (long) weight.size() * Float.BYTES)
                .sum();
    }

    private static ObjectNode flags(RunFolder run, String kind, String option) {
        JsonNode description = run.description();
        if (!description.path("kind").asText().equals(kind)) {
            throw new UserError(option + " takes a run of 'train " + kind + "', and " + run.path()
                    + " is one of 'train " + description.path("kind").asText() + "'.");
        }
        return (ObjectNode) description.get("flags");
    }

    /** @param provenance modified: what made the weights */
    private Map<String, Tensor> weights(RunFolder run, ObjectNode provenance) {
        JsonNode description = run.description();
        RunFolder.Checkpoint checkpoint = checkpoint(run);
        checkpoint.doubt().ifPresent(doubt -> warn(doubt, run));
        TrainingSettings settings = TrainingSettings.fromJson(description.get("training"));
        double rate =
                emaRate != null ? emaRate : settings.emaRates().isEmpty() ? 0 : Collections.max(settings.emaRates());
        provenance.set("commands", description.path("commands"));
        provenance.set("training", description.get("training"));
        if (description.get("init_from") instanceof ObjectNode source) {
            ObjectNode known = source.deepCopy();
            known.remove(List.of("run", "bundle", "file"));
            provenance.set("init_from", known);
        }
        ObjectNode data = description.get("data").deepCopy();
        data.remove(List.of("path", "classes"));
        provenance.set("data", data);
        provenance
                .put("steps", checkpoint.step())
                .put("seconds", Math.round(checkpoint.seconds()))
                .put("ema_rate", rate);
        SavedWeights saved = SavedWeights.read(checkpoint.folder());
        if (rate == 0) {
            return saved.weights();
        }
        Map<String, Tensor> averages = saved.averages(rate);
        warnIfSlow(new MovingAverageRate(rate), run, checkpoint.step());
        return averages;
    }

    private void warnIfSlow(MovingAverageRate average, RunFolder run, long steps) {
        if (average.isTooSlowFor(steps)) {
            PrintWriter errors = spec.commandLine().getErr();
            errors.printf(
                    Locale.ROOT,
                    "Warning: the moving average of %s %s: train to step %d at least (train --resume %s), or export the"
                            + " weights themselves with --ema-rate 0.%n",
                    run.path(),
                    average.finding(steps),
                    average.stepsNeeded(),
                    run.path());
            errors.flush();
        }
    }
}
