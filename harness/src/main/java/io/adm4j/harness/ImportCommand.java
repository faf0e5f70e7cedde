package io.adm4j.harness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.importer.TorchCheckpoint;
import io.adm4j.export.importer.WeightCheck;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.NetworkModels;
import io.adm4j.export.net.UNetConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a bundle of PyTorch state dicts with the published names. */
@Command(
        name = "import",
        description = "Makes a model bundle of weights in PyTorch's .pt format with the published names and shapes. The"
                + " files are read without running anything in them.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImportCommand implements Runnable {
    @Option(
            names = "--flags",
            required = true,
            paramLabel = "FILE",
            description = "The denoiser's and the diffusion's published flags as JSON (and num_classes).")
    private Path flags;

    @Option(names = "--weights", required = true, paramLabel = "FILE", description = "The denoiser's state dict.")
    private Path weights;

    @Option(names = "--classifier-flags", paramLabel = "FILE", description = "The noisy classifier's published flags.")
    private Path classifierFlags;

    @Option(names = "--classifier-weights", paramLabel = "FILE", description = "The noisy classifier's state dict.")
    private Path classifierWeights;

    @Option(names = "--classes", paramLabel = "FILE", description = "Class names, one a line, in the order of labels.")
    private Path classes;

    @Mixin
    private PrecisionOption precision;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Folder of the bundle.")
    private Path out;

    @Option(names = "--name", description = "Name of the model (default: the folder's).")
    private String name;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if ((classifierFlags == null) != (classifierWeights == null)) {
            throw new UserError("--classifier-flags and --classifier-weights go together.");
        }
        ObjectNode denoiserFlags = PublishedFlags.read(flags);
        UNetConfig denoiser = UNetConfig.fromFlags(denoiserFlags);
        List<String> names = classNames();
        if (denoiser.classConditional() && !names.isEmpty() && names.size() != denoiser.numClasses()) {
            throw new UserError(classes + " has " + names.size() + " names, and the denoiser knows "
                    + denoiser.numClasses() + " classes: give one name a line for each.");
        }
        try (BundleAssembler bundle = new BundleAssembler(out)) {
            try (TorchCheckpoint checkpoint = TorchCheckpoint.open(weights)) {
                bundle.denoiser(
                        denoiserFlags,
                        precision.precision,
                        WeightCheck.view(checkpoint, NetworkModels.parameters(denoiser)));
            }
            if (classifierFlags != null) {
                ObjectNode json = PublishedFlags.read(classifierFlags);
                List<Parameter> parameters = NetworkModels.parameters(ClassifierConfig.fromFlags(json));
                try (TorchCheckpoint checkpoint = TorchCheckpoint.open(classifierWeights)) {
                    bundle.classifier(json, WeightCheck.view(checkpoint, parameters));
                }
            }
            ObjectNode provenance = BundleAssembler.object().put("imported", weights.getFileName().toString());
            bundle.finish(name, names, provenance, spec.commandLine().getOut());
        }
    }

    private List<String> classNames() {
        if (classes == null) {
            return List.of();
        }
        try {
            return Files.readAllLines(classes).stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
        } catch (IOException e) {
            throw new UserError("The class names in " + classes + " cannot be read.", e);
        }
    }
}
