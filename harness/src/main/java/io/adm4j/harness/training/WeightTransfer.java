package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.importer.torch.NamePrefix;
import io.adm4j.export.importer.torch.WeightDifferences;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.Quoted;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The start of a run from other weights: those whose names and shapes fit the network are taken, the others start fresh.
 */
public final class WeightTransfer {
    /** Below this share of the network's arrays, what fits does so by accident: the last bias, for example. */
    private static final double LEAST = 0.1;

    private final WeightSource source;
    private final List<Parameter> network;
    private final NamePrefix prefix;
    private final Map<String, List<Long>> shapes;
    private final WeightDifferences differences;

    /** Matches names and shapes; no weight is read. */
    public WeightTransfer(WeightSource source, List<Parameter> network) {
        this.source = source;
        this.network = List.copyOf(network);
        this.prefix = NamePrefix.of(source.shapes().keySet(), network);
        this.shapes = prefix.strip(source.shapes());
        this.differences = WeightDifferences.between(shapes, network);
    }

    /** Whether so little fits, less than a tenth of the network's arrays, that the source is another network. */
    public boolean isFutile() {
        return differences.matching() < LEAST * network.size();
    }

    /** Where source and network differ. */
    public WeightDifferences differences() {
        return differences;
    }

    /** The shapes of the source's weights by name, without what wrappers put before the network's names. */
    public Map<String, List<Long>> shapes() {
        return Collections.unmodifiableMap(shapes);
    }

    /**
     * The weights to start with.
     *
     * @param fresh a weight for each parameter of the network; not modified
     * @return those of the source where they fit, else the fresh ones
     * @throws io.adm4j.feedback.UserError if a weight of the source cannot be read or is not finite
     */
    public Map<String, Tensor> over(Map<String, Tensor> fresh) {
        Set<String> starting = new LinkedHashSet<>(fresh());
        Map<String, Tensor> weights = new LinkedHashMap<>();
        fresh.forEach((name, weight) ->
                weights.put(name, starting.contains(name) ? weight : source.weight(prefix.text() + name)));
        return weights;
    }

    /** The names of the parameters that start fresh. */
    private List<String> fresh() {
        return Stream.concat(
                        differences.missing().stream().map(WeightDifferences.Named::name),
                        differences.misshapen().stream().map(WeightDifferences.Misshapen::name))
                .toList();
    }

    /** For run.json: the source with its checksum, how many arrays were taken, and the names of those that were not. */
    public ObjectNode origin() {
        ObjectNode origin = source.origin().put("taken", differences.matching());
        ArrayNode fresh = origin.putArray("fresh");
        fresh().forEach(fresh::add);
        return origin;
    }

    /** What was taken and what was not, one line each. */
    public List<String> report() {
        List<String> lines = new ArrayList<>();
        lines.add("Starting from " + source.path() + ": " + differences.matching() + " of "
                + Count.of(network.size(), "weight array") + " taken.");
        if (source.origin().has("entry")) {
            lines.add("Of its state dicts, the entry "
                    + Quoted.of(source.origin().get("entry").asText())
                    + " is taken; --entry chooses another.");
        }
        WeightDifferences fresh = new WeightDifferences(0, differences.missing(), List.of(), differences.misshapen());
        if (!fresh.none()) {
            lines.add("Starting fresh: " + fresh.listed() + ".");
        }
        WeightDifferences unused = new WeightDifferences(0, List.of(), differences.unexpected(), List.of());
        if (!unused.none()) {
            lines.add("Not used: " + unused.listed() + ".");
        }
        return lines;
    }
}
