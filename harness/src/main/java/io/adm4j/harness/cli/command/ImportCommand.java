package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.importer.torch.Checkpoint;
import io.adm4j.export.importer.torch.RestrictedUnpickler;
import io.adm4j.export.importer.torch.WeightMatch;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.ClassifierGraph;
import io.adm4j.export.recipe.NetworkGraph;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.BundleAssembler;
import io.adm4j.harness.bundle.ClassNameFit;
import io.adm4j.harness.bundle.FlagHints;
import io.adm4j.harness.bundle.GuidanceFit;
import io.adm4j.harness.bundle.ImportPlan;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.option.PrecisionOption;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.zoo.CheckpointMatcher;
import io.adm4j.harness.zoo.FetchFolder;
import io.adm4j.harness.zoo.ReleasedModels;
import io.adm4j.io.OutputPath;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a bundle from state dicts with the published names. */
@Command(
        name = "import",
        description =
                "Makes a model bundle from weights in PyTorch's .pt format or in safetensors with the published names and shapes: of a"
                        + " released model by its name (--model, see 'harness models'), or of another by its flags (--flags)."
                        + " Nothing in the files is executed.")
public final class ImportCommand implements Runnable {
    private static final int LISTED = 8;

    /** Logits and gradient, each with its weights. */
    private static final int GRAPHS_OF_CLASSIFIER = 2;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "A released model, whose flags and class names are known.")
    private String model;

    @Option(
            names = "--flags",
            paramLabel = "FILE",
            description =
                    "The denoiser's and the diffusion's published flags (and num_classes): JSON, YAML, or a command line of"
                            + " the published scripts in a file.")
    private Path flags;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "The denoiser's state dict (default with --model: the fetched file).")
    private Path weights;

    @Option(
            names = "--entry",
            paramLabel = "NAME",
            description =
                    "Which state dict of a file that holds several, such as model or ema (default: the only one, else"
                            + " the moving average, named ema or alike).")
    private String entry;

    @Option(
            names = "--dir",
            paramLabel = "FOLDER",
            description = "Folder of fetched files (default: as 'harness fetch').")
    private Path dir;

    @Option(
            names = "--classes",
            paramLabel = "FILE",
            description = "Class names, one per line, in the order of labels (default with --model: ImageNet's).")
    private Path classes;

    @Mixin
    private PrecisionOption precision;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Folder of the bundle.")
    private Path out;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of the model (default: the released model's, or the folder's).")
    private String name;

    @ArgGroup(validate = false, heading = Section.CLASSIFIER)
    private Classifier classifier = new Classifier();

    @Spec
    private CommandSpec spec;

    /** The classifier for guidance. */
    private static final class Classifier {
        @Option(
                names = "--classifier-flags",
                paramLabel = "FILE",
                description = "The noisy classifier's published flags, as --flags.")
        private Path flags;

        @Option(
                names = "--classifier-weights",
                paramLabel = "FILE",
                description = "The noisy classifier's state dict (default with --model: the fetched file).")
        private Path weights;

        @Option(
                names = "--classifier-entry",
                paramLabel = "NAME",
                description = "Which state dict of the classifier's file, as --entry.")
        private String entry;

        @Option(names = "--no-classifier", description = "Leave out the classifier of the released model.")
        private boolean none;
    }

    @Override
    public void run() {
        new OutputPath("--out", out).requireReplaceableFolder();
        ReleasedModels released = ReleasedModels.load();
        ImportPlan plan = plan(released);
        ImportPlan.Network denoiser = plan.denoiser();
        UNetConfig config = UNetConfig.fromFlags(denoiser.flags());
        Optional<ClassifierConfig> classifierConfig = plan.classifier().map(c -> ClassifierConfig.fromFlags(c.flags()));
        classifierConfig.ifPresent(c -> GuidanceFit.check(config, c));
        List<String> names = classes == null ? plan.classes() : classNames();
        if (classes != null) {
            ClassNameFit.check(classes, names, ClassNameFit.classes(config, classifierConfig));
        }
        CheckpointMatcher matcher = new CheckpointMatcher(released);
        ObjectNode provenance = plan.origin();
        try (BundleAssembler bundle = new BundleAssembler(out);
                Checkpoint checkpoint = Checkpoint.open(denoiser.weights(), Optional.ofNullable(entry));
                Checkpoint classifierCheckpoint = plan.classifier()
                        .map(c -> Checkpoint.open(c.weights(), Optional.ofNullable(classifier.entry)))
                        .orElse(null)) {
            // Both are matched and read before the first is written, which takes minutes.
            NetworkGraph graph = NetworkGraph.of(config, precision.precision);
            WeightMatch match = new WeightMatch(checkpoint, graph.parameters());
            matcher.requireFit(match, denoiser.title(), FlagHints.of(config, match));
            explain(checkpoint, match, entry, "--entry");
            OnnxModel denoiserModel = graph.withWeights(match.weights());
            Optional<WeightMatch> classifierMatch = plan.classifier().map(c -> {
                WeightMatch found = new WeightMatch(
                        classifierCheckpoint,
                        ClassifierGraph.of(classifierConfig.orElseThrow()).parameters());
                matcher.requireFit(found, c.title(), FlagHints.of(classifierConfig.orElseThrow(), found));
                explain(classifierCheckpoint, found, classifier.entry, "--classifier-entry");
                return found;
            });
            Optional<OnnxModel> classifierModel = classifierMatch.map(
                    m -> ClassifierGraph.of(classifierConfig.orElseThrow()).withWeights(m.weights()));
            new OutputPath("--out", out)
                    .requireRoom(denoiserModel.weightBytes()
                            + classifierModel
                                    .map(m -> GRAPHS_OF_CLASSIFIER * m.weightBytes())
                                    .orElse(0L));
            denoiserModel.checkWeights();
            classifierModel.ifPresent(OnnxModel::checkWeights);
            bundle.denoiser(denoiser.flags(), precision.precision, match.weights());
            provenance.set("denoiser", origin(denoiser, checkpoint, match));
            plan.classifier().ifPresent(c -> {
                WeightMatch found = classifierMatch.orElseThrow();
                bundle.classifier(c.flags(), found.weights());
                provenance.set("classifier", origin(c, classifierCheckpoint, found));
            });
            bundle.finish(
                    name == null ? plan.name() : name,
                    names,
                    provenance,
                    spec.commandLine().getOut());
        }
    }

    /** Says which weights of a file were taken where there was a choice. */
    private void explain(Checkpoint checkpoint, WeightMatch match, String given, String option) {
        PrintWriter err = spec.commandLine().getErr();
        if (checkpoint.entries().size() > 1 && given == null) {
            err.println(checkpoint.file() + " holds several state dicts (" + quoted(checkpoint.entries()) + "): '"
                    + RestrictedUnpickler.printable(checkpoint.chosenEntry()) + "' is imported; " + option
                    + " chooses another.");
        }
        if (match.others() > 0) {
            err.println("The weights in " + checkpoint.file() + " begin with '"
                    + RestrictedUnpickler.printable(match.prefix()) + "'; "
                    + (match.others() == 1
                            ? "another tensor is left out."
                            : match.others() + " other tensors are left out."));
        }
        err.flush();
    }

    private static String quoted(List<String> names) {
        return names.stream()
                .limit(LISTED)
                .map(name -> "'" + RestrictedUnpickler.printable(name) + "'")
                .collect(Collectors.joining(", ", "", names.size() > LISTED ? ", ..." : ""));
    }

    /** The provenance of a network: its file, and which weights of it. */
    private static ObjectNode origin(ImportPlan.Network network, Checkpoint checkpoint, WeightMatch match) {
        ObjectNode origin = network.origin();
        if (!checkpoint.chosenEntry().isEmpty()) {
            origin.put("entry", checkpoint.chosenEntry());
        }
        if (!match.prefix().isEmpty()) {
            origin.put("prefix", match.prefix());
        }
        return origin;
    }

    private ImportPlan plan(ReleasedModels released) {
        if (model != null) {
            if (flags != null || classifier.flags != null) {
                throw new UserError(
                        "--model knows the flags: leave out --flags and --classifier-flags, or leave out --model.");
            }
            return ImportPlan.ofReleased(
                    released,
                    released.model(model),
                    weights,
                    classifier.weights,
                    !classifier.none,
                    FetchFolder.of(dir, ConsoleProgress.onStandardError()));
        }
        if (flags == null) {
            throw new UserError(
                    "Say which network the weights are for: --model NAME for a released one, or --flags FILE."
                            + hint(released));
        }
        if (weights == null) {
            throw new UserError("--flags needs --weights, the denoiser's state dict.");
        }
        if ((classifier.flags == null) != (classifier.weights == null)) {
            throw new UserError("--classifier-flags and --classifier-weights go together.");
        }
        return ImportPlan.ofFlags(
                flags,
                weights,
                classifier.flags,
                classifier.weights,
                spec.commandLine().getErr()::println);
    }

    /** What the weights look like, where some were given. */
    private String hint(ReleasedModels released) {
        if (weights == null) {
            return "";
        }
        try (Checkpoint checkpoint = Checkpoint.open(weights, Optional.ofNullable(entry))) {
            return " About the weights in " + weights + ": " + new CheckpointMatcher(released).sentence(checkpoint);
        }
    }

    private List<String> classNames() {
        try {
            return Files.readAllLines(classes).stream()
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new UserError("The class names in " + classes + " cannot be read.", e);
        }
    }
}
