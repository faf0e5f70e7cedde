package io.adm4j.harness.cli.command;

import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.importer.tensorflow.InceptionNetwork;
import io.adm4j.export.importer.torch.Checkpoint;
import io.adm4j.export.importer.vision.VisionNetwork;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.io.OutputPath;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.ElementType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Converts published feature networks to ONNX. */
@Command(
        name = "import-features",
        description =
                "Converts a published feature network to ONNX, for 'eval --features': DINOv2 (dinov2_vitl14_pretrain.pth; S, B, L"
                        + " or g), the image tower of OpenAI's CLIP (ViT-B-32.pt, ViT-L-14.pt), VGG16"
                        + " (vgg16-397923af.pth), or the frozen TensorFlow graph with which published FID values are"
                        + " computed (Inception of 2015, classify_image_graph_def.pb). 'harness fetch' downloads them.",
        footer = {
            "",
            "The kind is recognized by the names and shapes of the tensors. Networks from checkpoints take images of any size"
                    + " by the published filter, which the file names ('eval --resize' chooses another), and give features"
                    + " [N,D]: FID, KID, precision, recall, density and coverage are computed on them.",
            "",
            "Inception takes images [N,H,W,3] in [0, 255], of any size, and outputs pool_3 [N,2048], spatial [N,2023] and"
                    + " probabilities [N,1008]: the inputs of FID, sFID and the Inception Score."
        })
public final class ImportFeaturesCommand implements Runnable {
    @Parameters(
            paramLabel = "FILE",
            description =
                    "The published file: a checkpoint of PyTorch, safetensors, a TorchScript archive, or the frozen"
                            + " TensorFlow graph.")
    private Path file;

    @Option(names = "--out", required = true, paramLabel = "FILE.onnx", description = "File to write.")
    private Path out;

    @Option(
            names = "--input-type",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "Type of Inception's images: float32 or uint8 (default ${DEFAULT-VALUE}).")
    private InputType inputType;

    @Spec
    private CommandSpec spec;

    private enum InputType {
        FLOAT32,
        UINT8
    }

    @Override
    public void run() {
        OutputPath output = new OutputPath("--out", out);
        output.requireFile();
        output.requireOtherThan(file);
        if (Files.isRegularFile(file) && Checkpoint.isOne(file)) {
            if (inputType != InputType.FLOAT32) {
                throw new UserError("--input-type is for the Inception graph, and " + file
                        + " is a checkpoint, whose network takes float32: leave it out.");
            }
            importCheckpoint();
        } else {
            write(InceptionNetwork.read(file, ElementType.valueOf(inputType.name())));
            report(inputType.name().toLowerCase(Locale.ROOT) + " images");
        }
    }

    private void importCheckpoint() {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            VisionNetwork network = VisionNetwork.of(checkpoint);
            OnnxModel model = network.withWeights(checkpoint);
            try (Progress shown = start("Checking", model.weightCount())) {
                // Before anything is written.
                model.saying(() -> shown.step(1)).checkWeights();
            }
            write(model);
            report(network.name() + ": " + network.length() + " features of " + network.imageSize() + "x"
                    + network.imageSize() + " images, others resized by " + network.filter()
                    + (model.weightBytes() > OnnxModel.EMBEDDED_MOST
                            ? "; weights in " + OnnxModel.dataFile(out) + ", which must stay beside it"
                            : ""));
        }
    }

    private void write(OnnxModel model) {
        try (Progress shown = start("Writing", model.weightCount())) {
            Files.createDirectories(out.toAbsolutePath().getParent());
            model.saying(() -> shown.step(1)).write(out);
        } catch (IOException e) {
            throw new UserError("Cannot write to " + out + ": " + e.getMessage() + ".", e);
        }
    }

    private static Progress start(String task, int weights) {
        return ConsoleProgress.onStandardError().start(task, weights, "weights");
    }

    private void report(String network) {
        PrintWriter console = spec.commandLine().getOut();
        console.println("Written: " + out + " (" + network + ", SHA-256 " + Sha256.of(out) + ")");
        console.flush();
    }
}
