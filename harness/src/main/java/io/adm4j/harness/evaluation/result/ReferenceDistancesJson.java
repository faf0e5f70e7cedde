package io.adm4j.harness.evaluation.result;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The samples nearest to the reference and farthest from it as JSON. Images to show are no part of it. */
final class ReferenceDistancesJson {
    private ReferenceDistancesJson() {}

    static void write(ObjectNode node, ReferenceDistances distances) {
        node.put("definition", distances.definition()).put("median", distances.median());
        write(node.putArray("nearest"), distances.nearest());
        write(node.putArray("farthest"), distances.farthest());
    }

    private static void write(ArrayNode node, List<ReferenceDistances.Sample> samples) {
        for (ReferenceDistances.Sample sample : samples) {
            ObjectNode one = node.addObject().put("sample", sample.sample());
            sample.seed().ifPresent(seed -> one.put("seed", seed));
            sample.label().ifPresent(label -> one.put("label", label));
            one.put("reference", sample.reference()).put("distance", sample.distance());
        }
    }

    static ReferenceDistances read(JsonFields json) {
        return new ReferenceDistances(
                json.text("definition"),
                json.number("median"),
                samples(json.objects("nearest")),
                samples(json.objects("farthest")),
                Optional.empty());
    }

    private static List<ReferenceDistances.Sample> samples(List<JsonFields> json) {
        return json.stream()
                .map(one -> new ReferenceDistances.Sample(
                        one.integer("sample"),
                        one.has("seed") ? OptionalLong.of(one.longInteger("seed")) : OptionalLong.empty(),
                        one.has("label") ? OptionalInt.of(one.integer("label")) : OptionalInt.empty(),
                        one.integer("reference"),
                        one.number("distance")))
                .toList();
    }
}
