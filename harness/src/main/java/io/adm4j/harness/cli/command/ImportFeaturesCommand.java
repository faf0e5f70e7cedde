package io.adm4j.harness.cli.command;

import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.importer.tensorflow.InceptionNetwork;
import io.adm4j.feedback.UserError;
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

/** Converts the feature network of the published evaluator to ONNX. */
@Command(
        name = "import-features",
        description =
                "Converts the frozen TensorFlow graph with which published FID values are computed (Inception of 2015,"
                        + " classify_image_graph_def.pb) to an ONNX feature network for 'eval --features'.",
        footer = {
            "",
            "The network takes images [N,H,W,3] in [0, 255], of any size, and outputs pool_3 [N,2048], spatial [N,2023] and"
                    + " probabilities [N,1008]: the inputs of FID, sFID and the Inception Score."
        })
public final class ImportFeaturesCommand implements Runnable {
    @Parameters(paramLabel = "GRAPH.pb", description = "The frozen TensorFlow graph.")
    private Path graph;

    @Option(names = "--out", required = true, paramLabel = "FILE.onnx", description = "File to write.")
    private Path out;

    @Option(
            names = "--input-type",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "Type of the network's images: float32 or uint8 (default ${DEFAULT-VALUE}).")
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
        output.requireOtherThan(graph);
        OnnxModel model = InceptionNetwork.read(graph, ElementType.valueOf(inputType.name()));
        try {
            Files.createDirectories(out.toAbsolutePath().getParent());
            model.write(out);
        } catch (IOException e) {
            throw new UserError("Cannot write to " + out + ": " + e.getMessage() + ".", e);
        }
        PrintWriter console = spec.commandLine().getOut();
        console.println("Written: " + out + " (" + inputType.name().toLowerCase(Locale.ROOT) + " images, SHA-256 "
                + Sha256.of(out) + ")");
        console.flush();
    }
}
