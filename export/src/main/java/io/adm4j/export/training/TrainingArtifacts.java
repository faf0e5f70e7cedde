package io.adm4j.export.training;

import io.adm4j.export.autodiff.Gradients;
import io.adm4j.export.autodiff.Kernels;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.graph.Processor;
import io.adm4j.export.graph.Value;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What ONNX Runtime's training API loads: the training graph (forward, backward, gradient accumulation, moving
 * averages), the optimizer graph and the first checkpoint.
 *
 * <p>Exponential moving averages are kept in the checkpoint beside the parameters and are updated inside the training graph,
 * so they never leave the device: a step first moves each average by {@code ema_step} times its distance to the current
 * parameter. They therefore lag the optimizer by one update, which {@link #averages} corrects.
 */
public final class TrainingArtifacts {
    public static final String TRAINING_MODEL = "training.onnx";
    public static final String OPTIMIZER_MODEL = "optimizer.onnx";
    /** Training input: 1 where a step should move the moving averages, 0 where it should not; float32 []. */
    public static final String EMA_SWITCH = "ema_switch";
    /** Training output: sum of squares of the gradients accumulated so far; float32 []. */
    public static final String GRADIENT_SQUARE = "gradient_square";
    /** Training output: sum of squares of the parameters; float32 []. */
    public static final String PARAMETER_SQUARE = "parameter_square";

    /** AdamW keeps two running means for each parameter. */
    private static final int MOMENTS = 2;

    private TrainingArtifacts() {}

    /**
     * Writes the two graphs into a folder.
     *
     * @param network modified: gradients are added to its graph
     * @param emaRates decay rates, for example 0.9999; may be empty
     * @param processor where the graphs will run; those for x86-64 run nowhere else
     */
    public static void write(
            Path folder, TrainingGraph network, AdamW optimizer, List<Double> emaRates, Processor processor) {
        GraphBuilder g = network.graph();
        List<Parameter> parameters = g.parameters();
        List<Value> values = parameters.stream().map(Parameter::value).toList();
        List<Value> gradients = new Gradients(g, Kernels.TRAINING, processor).of(network.loss(), values);

        // The runtime wants: user inputs, parameters, frozen parameters, gradient buffers, the reset switch.
        List<Value> inputs = new ArrayList<>(g.inputs());
        Value emaSwitch = g.input(EMA_SWITCH, ElementType.FLOAT32);
        inputs.add(emaSwitch);
        inputs.addAll(values);
        List<Value> outputs = new ArrayList<>();
        outputs.add(network.loss());
        outputs.addAll(network.outputs());
        int reported = outputs.size();

        Value keep = g.constant(Tensor.wrap(ElementType.BOOL, ByteBuffer.allocate(1), 1));
        for (double rate : emaRates) {
            Value step = emaSwitch.mul(1 - rate);
            List<Value> averages = new ArrayList<>();
            for (Parameter p : parameters) {
                averages.add(g.input(emaName(rate, p.name()), ElementType.FLOAT32, p.shape()));
            }
            List<Value> moves = moves(values, averages, step);
            for (int i = 0; i < averages.size(); i++) {
                outputs.add(accumulate(g, averages.get(i), moves.get(i), keep, null));
            }
            inputs.addAll(averages);
        }
        List<Value> buffers = new ArrayList<>();
        for (Parameter p : parameters) {
            buffers.add(g.input(p.name() + "_grad.accumulation.buffer", ElementType.FLOAT32, p.shape()));
        }
        Value reset = g.input("lazy_reset_grad", ElementType.BOOL, 1);
        inputs.addAll(buffers);
        inputs.add(reset);
        List<Value> sums = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Value gradient = g.named(parameters.get(i).name() + "_grad", gradients.get(i));
            Value sum = g.fresh("sum", ElementType.FLOAT32, parameters.get(i).shape());
            outputs.add(accumulate(g, buffers.get(i), gradient, reset, sum));
            sums.add(sum);
        }
        outputs.add(reported, g.named(GRADIENT_SQUARE, square(sums)));
        outputs.add(reported + 1, g.named(PARAMETER_SQUARE, square(values)));
        try {
            Files.createDirectories(folder);
            OnnxModel.withInputs(g, inputs, outputs, processor).write(folder.resolve(TRAINING_MODEL));
            Files.write(
                    folder.resolve(OPTIMIZER_MODEL),
                    OptimizerModel.of(optimizer).toByteArray());
        } catch (IOException e) {
            throw new UserError(
                    "The training graphs in " + folder + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Checks that the checkpoints of a run fit into their file format: weights, moving averages and the optimizer's two
     * moments.
     *
     * @throws UserError if they do not
     */
    public static void requireRoom(List<Parameter> parameters, List<Double> emaRates) {
        long count = elements(parameters);
        long bytes = checkpointBytes(parameters, emaRates);
        if (bytes > OrtCheckpoint.MAX_BYTES) {
            throw new UserError(String.format(
                    Locale.ROOT,
                    "A network of %,d parameters with %d moving averages needs checkpoints of %,d bytes, and ONNX Runtime's"
                            + " training checkpoints hold %,d: use --engine plain.",
                    count,
                    emaRates.size(),
                    bytes,
                    OrtCheckpoint.MAX_BYTES));
        }
    }

    /** About the bytes of a checkpoint of a run: weights, moving averages and the optimizer's two moments. */
    public static long checkpointBytes(List<Parameter> parameters, List<Double> emaRates) {
        return elements(parameters) * Float.BYTES * (1 + emaRates.size() + MOMENTS);
    }

    private static long elements(List<Parameter> parameters) {
        return parameters.stream().mapToLong(p -> Tensor.elements(p.shape())).sum();
    }

    /** The checkpoint to start from: the weights, and every moving average equal to them. */
    public static OrtCheckpoint start(Map<String, Tensor> weights, List<Double> emaRates) {
        Map<String, Tensor> averages = new LinkedHashMap<>();
        for (double rate : emaRates) {
            weights.forEach((name, w) -> averages.put(emaName(rate, name), w));
        }
        return new OrtCheckpoint(weights, averages);
    }

    /**
     * The moving averages of a checkpoint, updated to its parameters: average + (1 - rate)·(parameter - average).
     *
     * @throws UserError if the checkpoint has no averages of this rate
     */
    public static Map<String, Tensor> averages(OrtCheckpoint checkpoint, double rate) {
        Map<String, Tensor> averages = new LinkedHashMap<>();
        checkpoint.trainable().forEach((name, parameter) -> {
            Tensor lagging = checkpoint.frozen().get(emaName(rate, name));
            if (lagging == null) {
                throw new UserError("The checkpoint has no moving average of rate " + rate
                        + ": use a rate that the run was trained with.");
            }
            float[] average = lagging.toFloatArray();
            float[] current = parameter.toFloatArray();
            for (int i = 0; i < average.length; i++) {
                average[i] += (float) ((1 - rate) * (current[i] - average[i]));
            }
            averages.put(name, Tensor.of(average, parameter.shape()));
        });
        return averages;
    }

    /** step·(value - average) for each; the many vectors, such as biases, all in one. */
    private static List<Value> moves(List<Value> values, List<Value> averages, Value step) {
        List<Value> moves = new ArrayList<>();
        List<Integer> vectors = IntStream.range(0, values.size())
                .filter(i -> values.get(i).rank() == 1)
                .boxed()
                .toList();
        for (int i = 0; i < values.size(); i++) {
            moves.add(
                    values.get(i).rank() == 1
                            ? values.get(i)
                            : scaled(values.get(i).sub(averages.get(i)), step));
        }
        if (!vectors.isEmpty()) {
            Value distance = joined(values, vectors).sub(joined(averages, vectors));
            long[] lengths =
                    vectors.stream().mapToLong(i -> values.get(i).dim(0)).toArray();
            List<Value> pieces = distance.mul(step).split(0, lengths);
            for (int k = 0; k < pieces.size(); k++) {
                moves.set(vectors.get(k), pieces.get(k));
            }
        }
        return moves;
    }

    private static Value joined(List<Value> values, List<Integer> chosen) {
        return values.get(0).graph().concat(0, chosen.stream().map(values::get).toArray(Value[]::new));
    }

    /** Times a scalar, which is slow along a last axis of length 1. */
    private static Value scaled(Value v, Value factor) {
        return v.dim(-1) == 1
                ? v.reshape(Tensor.elements(v.shape())).mul(factor).reshape(v.shape())
                : v.mul(factor);
    }

    /** The sum of squares of all elements of all values: products of vectors, which need no memory. */
    private static Value square(List<Value> values) {
        GraphBuilder g = values.get(0).graph();
        Value[] squares = values.stream()
                .map(v -> {
                    Value row = v.reshape(1, Tensor.elements(v.shape()));
                    return row.matmul(row, false, true, 1).reshape(1);
                })
                .toArray(Value[]::new);
        return g.concat(0, squares).reduceSum(false, 0);
    }

    /** @param sum the buffer after it, if a node needs it */
    private static Value accumulate(GraphBuilder g, Value buffer, Value addend, Value reset, @Nullable Value sum) {
        String base = buffer.name().endsWith(".buffer")
                ? buffer.name().substring(0, buffer.name().length() - ".buffer".length())
                : buffer.name() + "_grad.accumulation";
        Value updated = g.output(base + ".out", ElementType.BOOL, 1);
        g.add(new Node(
                "InPlaceAccumulatorV2",
                Node.MICROSOFT,
                List.of(buffer, addend, reset),
                sum == null ? List.of(updated) : List.of(updated, sum),
                Map.of()));
        return updated;
    }

    private static String emaName(double rate, String parameter) {
        return "ema_" + rate + "." + parameter;
    }
}
