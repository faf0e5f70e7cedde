package io.adm4j.export.training;

import io.adm4j.export.autodiff.Gradients;
import io.adm4j.export.autodiff.Kernels;
import io.adm4j.export.graph.EqualNodes;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.graph.Processor;
import io.adm4j.export.graph.Recomputation;
import io.adm4j.export.graph.Value;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Training as graphs that ONNX Runtime runs in ordinary sessions: gradients, and AdamW with averages. */
public final class PlainGraphs {
    /** What {@link #step} appends to a parameter's name for the gradients so far (input) and with its own (output). */
    public static final String SUM = "_grad.sum";

    public static final String GRADIENT = "_grad";

    /** Input of {@link #step} in mixed precision: factor of all gradients; float32 []. */
    public static final String LOSS_SCALE = "loss_scale";

    /** Input of {@link #update} in mixed precision: 1 / {@link #LOSS_SCALE}; float32 []. */
    public static final String UNSCALE = "unscale";

    private PlainGraphs() {}

    /**
     * Forward and backward. Inputs: those of the network, the parameters, and for each parameter the gradients so far. Outputs:
     * the loss, what the network reports, and for each parameter, in order, the gradients so far plus its own.
     *
     * @param network modified: gradients are added to its graph
     * @param processor where the graph will run; one for x86-64 runs nowhere else
     */
    public static OnnxModel step(TrainingGraph network, Processor processor) {
        GraphBuilder g = network.graph();
        List<Parameter> parameters = g.parameters();
        List<Value> values = parameters.stream().map(Parameter::value).toList();
        int forward = g.nodes().size();
        Gradients differentiation = new Gradients(g, Kernels.STOCK, processor);
        List<Value> gradients = network.mode().mixedPrecision().isPresent()
                ? differentiation.of(network.loss(), g.input(LOSS_SCALE, ElementType.FLOAT32), values)
                : differentiation.of(network.loss(), values);
        List<Value> inputs = new ArrayList<>(g.inputs());
        inputs.addAll(values);
        List<Value> outputs = new ArrayList<>();
        outputs.add(network.loss());
        outputs.addAll(network.outputs());
        // The runtime computes the outputs that are added last first: gradients from the loss back to the images, each
        // with all that it alone needs, so that little is kept for later.
        for (int i = 0; i < parameters.size(); i++) {
            Value sum = g.input(
                    parameters.get(i).name() + SUM,
                    ElementType.FLOAT32,
                    parameters.get(i).shape());
            inputs.add(sum);
            outputs.add(output(g, parameters.get(i).name() + GRADIENT, "Add", sum, gradients.get(i)));
        }
        List<Node> once = EqualNodes.merged(g.nodes(), forward, outputs);
        List<Node> nodes = network.mode().recomputesBlocks()
                ? Recomputation.ofBlocks(g, once, forward)
                : Recomputation.ofCheapValues(g, once, forward);
        return OnnxModel.withInputs(g, nodes, inputs, outputs, processor).withoutShapes();
    }

    /**
     * AdamW and moving averages on slices of all parameters. Inputs, [L] each: {@code p}, {@code m}, {@code v}, {@code g0},
     * {@code g1} and so on, whose sum is the gradient, {@code e0}, {@code e1} and so on; scalars: {@code keep} = 1 - lr·weightDecay,
     * {@code step} = lr·sqrt(1 - beta2^t)/(1 - beta1^t), {@code epsilon} = that of AdamW times sqrt(1 - beta2^t). Outputs {@code p_},
     * {@code m_}, {@code v_}, {@code e0_} and so on may be the memory of the inputs: each is written after its last reader. {@code pp}
     * and {@code gg} are the sums of squares before, that of the gradients without the scale of the loss.
     *
     * @param shares how many arrays the gradient is the sum of, at least 1
     * @param scaled whether gradients are scaled; there is the input {@link #UNSCALE} then
     */
    public static OnnxModel update(AdamW settings, List<Double> emaRates, int shares, boolean scaled) {
        GraphBuilder g = new GraphBuilder();
        Value p = slice(g, "p");
        List<Value> shared =
                IntStream.range(0, shares).mapToObj(i -> slice(g, "g" + i)).toList();
        Value sum = shared.stream().reduce(Value::add).orElseThrow();
        Value m = slice(g, "m");
        Value v = slice(g, "v");
        Value keep = g.input("keep", ElementType.FLOAT32);
        Value step = g.input("step", ElementType.FLOAT32);
        Value epsilon = g.input("epsilon", ElementType.FLOAT32);
        Value unscale = scaled ? g.input(UNSCALE, ElementType.FLOAT32) : null;
        Value gradient = unscale == null ? sum : sum.mul(unscale);
        Value pp = squares(g, "pp", p);
        Value gg = squares(g, "gg", gradient);
        Value m1 = output(g, "m_", "Add", m.mul(settings.beta1()), gradient.mul(1 - settings.beta1()));
        Value v1 = output(
                g, "v_", "Add", v.mul(settings.beta2()), gradient.mul(gradient).mul(1 - settings.beta2()));
        // What adds nothing makes the square of p be taken before p is overwritten.
        Value after = step.add(pp.mul(0));
        Value move = m1.mul(after).div(v1.sqrt().add(epsilon));
        Value p1 = output(g, "p_", "Sub", p.mul(keep), move);
        List<Value> inputs = new ArrayList<>(List.of(p, m, v));
        inputs.addAll(shared);
        List<Value> outputs = new ArrayList<>(List.of(p1, m1, v1));
        for (int i = 0; i < emaRates.size(); i++) {
            Value e = slice(g, "e" + i);
            inputs.add(e);
            outputs.add(output(g, "e" + i + "_", "Add", e, p1.sub(e).mul(1 - emaRates.get(i))));
        }
        inputs.addAll(List.of(keep, step, epsilon));
        if (unscale != null) {
            inputs.add(unscale);
        }
        outputs.addAll(List.of(pp, gg));
        return OnnxModel.withInputs(g, inputs, outputs);
    }

    private static Value slice(GraphBuilder g, String name) {
        return g.input(name, ElementType.FLOAT32, GraphBuilder.BATCH);
    }

    /** An operator under the name of an output: a copy of its result would be a pass over memory. */
    private static Value output(GraphBuilder g, String name, String op, Value a, Value b) {
        Value output = g.output(name, a.type(), a.shape());
        g.add(new Node(op, "", List.of(a, b), List.of(output), Map.of()));
        return output;
    }

    private static Value squares(GraphBuilder g, String name, Value slice) {
        Value output = g.output(name, slice.type());
        g.add(new Node(
                "ReduceSumSquare",
                "",
                List.of(slice),
                List.of(output),
                Map.of("axes", new long[] {0}, "keepdims", 0L)));
        return output;
    }
}
