package io.adm4j.harness.cli.command;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.io.NpzReader;
import io.adm4j.io.NpzWriter;
import io.adm4j.io.OutputPath;
import io.adm4j.runtime.GraphFailure;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.runtime.TensorSpec;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a graph on given arrays. */
@Command(
        name = "run",
        description =
                "Runs an ONNX graph once on the arrays of an npz file and writes its outputs to another. Arrays are"
                        + " matched to inputs by name; arrays that the graph does not take are ignored.")
public final class RunCommand implements Runnable {
    private static final String IMAGES = "pictures";
    private static final List<String> IMAGE_NAMES = List.of(IMAGES, "images", "arr_0");

    @Parameters(paramLabel = "MODEL.onnx", description = "The graph.")
    private Path model;

    @Option(names = "--inputs", required = true, paramLabel = "FILE", description = "npz with an array for each input.")
    private Path inputs;

    @Option(names = "--outputs", required = true, paramLabel = "FILE", description = "npz to write.")
    private Path outputs;

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private DeviceOptions runtime = new DeviceOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (!Files.isRegularFile(model)) {
            throw new UserError("There is no file " + model + ".");
        }
        OutputPath output = new OutputPath("--outputs", outputs);
        output.requireFile();
        Path parent = outputs.toAbsolutePath().getParent();
        if (!Files.isDirectory(parent)) {
            throw new UserError("--outputs " + outputs + " cannot be written: there is no folder " + parent + ".");
        }
        output.requireOtherThan(model, inputs);
        try (OnnxSession session = OnnxSession.open(model, runtime.device, runtime.threads);
                NpzReader arrays = NpzReader.open(inputs)) {
            Map<String, Tensor> given = new LinkedHashMap<>();
            for (TensorSpec input : session.inputs()) {
                given.put(input.name(), as(input, arrays.read(arrayFor(input, arrays))));
            }
            Map<String, Tensor> found = outputs(session, given);
            try (NpzWriter writer = NpzWriter.create(outputs)) {
                found.forEach(writer::write);
                writer.finish();
            }
            found.forEach((name, value) -> spec.commandLine().getOut().println(name + " " + value));
            spec.commandLine().getOut().flush();
        }
    }

    /** Graph and arrays both come from the user: that they do not fit together is for them to change. */
    private Map<String, Tensor> outputs(OnnxSession session, Map<String, Tensor> given) {
        try {
            return session.run(given);
        } catch (GraphFailure e) {
            throw new UserError(model + " does not run on the arrays in " + inputs + ": " + e.getMessage(), e);
        }
    }

    /** The array of an input's name; for images, the names that image files use are accepted too. */
    private String arrayFor(TensorSpec input, NpzReader arrays) {
        List<String> names = input.name().equals(IMAGES) ? IMAGE_NAMES : List.of(input.name());
        return names.stream()
                .filter(arrays::has)
                .findFirst()
                .orElseThrow(() -> new UserError(inputs + " has no array '" + input.name() + "' (" + input.type()
                        + Arrays.toString(input.shape()) + "); it has " + arrays.names() + "."));
    }

    /** Numbers of another type than the input's are converted where only precision is lost. */
    private static Tensor as(TensorSpec input, Tensor array) {
        if (array.type() == input.type()) {
            return array;
        }
        boolean whole = array.type() == ElementType.INT64
                || array.type() == ElementType.INT32
                || array.type() == ElementType.UINT8;
        if (input.type() == ElementType.FLOAT32 && (whole || array.type() == ElementType.FLOAT64)) {
            Tensor floats = Tensor.zeros(ElementType.FLOAT32, array.shape());
            for (int i = 0; i < array.size(); i++) {
                floats.floats().put(i, (float)
                        switch (array.type()) {
                            case INT64 -> array.longs().get(i);
                            case INT32 -> array.ints().get(i);
                            case UINT8 -> array.bytes().get(i) & 0xff;
                            default -> array.doubles().get(i);
                        });
            }
            return floats;
        }
        if (input.type() == ElementType.INT64 && array.type() == ElementType.INT32) {
            Tensor longs = Tensor.zeros(ElementType.INT64, array.shape());
            for (int i = 0; i < array.size(); i++) {
                longs.longs().put(i, array.ints().get(i));
            }
            return longs;
        }
        throw new UserError("The input '" + input.name() + "' takes " + input.type()
                + ", and the array of that name holds " + array.type() + ".");
    }
}
