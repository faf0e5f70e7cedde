package io.adm4j.harness.evaluation.result;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What was found beside training images as JSON. Images to show are no part of it. */
final class MemorizationJson {
    private MemorizationJson() {}

    static void write(ObjectNode node, Memorization found) {
        ResultJson.write(node.putObject("training"), found.training());
        node.put("closeShare", found.closeShare());
        found.referenceShare().ifPresent(share -> node.put("referenceShare", share));
        node.put("definition", found.definition());
        ArrayNode pairs = node.putArray("pairs");
        for (Memorization.Pair pair : found.pairs()) {
            pairs.addObject()
                    .put("sample", pair.sample())
                    .put("training", pair.training())
                    .put("distance", pair.distance())
                    .put("spacing", pair.spacing());
        }
    }

    static Memorization read(JsonFields json) {
        List<Memorization.Pair> pairs = new ArrayList<>();
        for (JsonFields one : json.objects("pairs")) {
            pairs.add(new Memorization.Pair(
                    one.integer("sample"), one.integer("training"), one.number("distance"), one.number("spacing")));
        }
        return new Memorization(
                ResultJson.images(json.object("training")),
                json.number("closeShare"),
                json.has("referenceShare") ? OptionalDouble.of(json.number("referenceShare")) : OptionalDouble.empty(),
                json.text("definition"),
                pairs,
                Optional.empty());
    }
}
