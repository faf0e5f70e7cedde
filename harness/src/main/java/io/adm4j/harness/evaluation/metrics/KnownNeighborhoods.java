package io.adm4j.harness.evaluation.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Neighborhoods of two whole sets that were found group by group ({@link GroupedBalls}).
 *
 * @param published precision and recall as the published evaluator takes them; empty where it does not
 * @param exact empty where it was not needed
 */
public record KnownNeighborhoods(Optional<PublishedPrecisionRecall> published, Optional<NeighborhoodScores> exact) {
    /** Nothing is known. */
    public static final KnownNeighborhoods NONE = new KnownNeighborhoods(Optional.empty(), Optional.empty());

    private static final String PUBLISHED = "published";
    private static final String EXACT = "exact";

    /**
     * Writes these scores as JSON.
     *
     * @throws UserError if the file cannot be written
     */
    public void write(Path file) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode json = mapper.createObjectNode();
        published.ifPresent(
                p -> json.putObject(PUBLISHED).put("precision", p.precision()).put("recall", p.recall()));
        exact.ifPresent(e -> json.putObject(EXACT)
                .put("precision", e.precision())
                .put("recall", e.recall())
                .put("density", e.density())
                .put("coverage", e.coverage())
                .put("k", e.k()));
        try {
            Files.writeString(file, json.toPrettyString());
        } catch (IOException e) {
            throw new UserError("The scores could not be written to " + file + ": " + e.getMessage() + ".", e);
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws UserError if the file cannot be read
     */
    public static KnownNeighborhoods read(Path file) {
        try {
            JsonNode json = new ObjectMapper().readTree(file.toFile());
            return new KnownNeighborhoods(
                    Optional.of(json.path(PUBLISHED))
                            .filter(JsonNode::isObject)
                            .map(p -> new PublishedPrecisionRecall(number(p, "precision"), number(p, "recall"))),
                    Optional.of(json.path(EXACT))
                            .filter(JsonNode::isObject)
                            .map(e -> new NeighborhoodScores(
                                    number(e, "precision"),
                                    number(e, "recall"),
                                    number(e, "density"),
                                    number(e, "coverage"),
                                    e.path("k").asInt())));
        } catch (IOException e) {
            throw new UserError("The scores in " + file + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private static double number(JsonNode json, String name) {
        return json.path(name).asDouble();
    }
}
