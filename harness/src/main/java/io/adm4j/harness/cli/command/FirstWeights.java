package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.harness.training.WeightSource;
import io.adm4j.harness.training.WeightTransfer;
import io.adm4j.harness.zoo.CheckpointMatcher;
import io.adm4j.harness.zoo.ReleasedModels;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The weights with which a new run starts. */
public final class FirstWeights {
    private FirstWeights() {}

    /**
     * Random weights, with those of a source in their place where there is one.
     *
     * @param parameters of the network
     * @param seed of the random ones
     * @param description of the run; gets where the weights come from
     * @param notes told what was taken of the source
     * @return initial value of each parameter by name
     * @throws io.adm4j.feedback.UserError if nothing of the source fits the network
     */
    public static Map<String, Tensor> of(
            List<Parameter> parameters,
            long seed,
            @Nullable WeightSource source,
            ObjectNode description,
            Consumer<String> notes) {
        Map<String, Tensor> first = InitialWeights.of(parameters, seed);
        if (source == null) {
            return first;
        }
        WeightTransfer transfer = new WeightTransfer(source, parameters);
        if (transfer.isFutile()) {
            new CheckpointMatcher(ReleasedModels.load())
                    .requireFit(
                            source.path(),
                            transfer.shapes(),
                            transfer.differences(),
                            "the network that the flags describe");
        }
        Map<String, Tensor> weights = transfer.over(first);
        description.set("init_from", transfer.origin());
        transfer.report().forEach(notes);
        return weights;
    }
}
