package io.adm4j.harness.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an earlier evaluation found, as far as a later one is held against it.
 *
 * @param file it was read from
 * @param created date and time in ISO form
 * @param networkSha256 of the feature network
 */
record Baseline(
        Path file,
        String created,
        String networkSha256,
        ImageSet reference,
        int k,
        int inceptionSplit,
        List<Measured> results) {
    /** The figures of one set of samples. */
    record Measured(Optional<SamplingPoint> point, ImageSet samples, Map<Metric, Double> scores) {}

    /**
     * Reads a {@code report.json}.
     *
     * @param path the file or the folder that holds it
     * @throws UserError if there is none, or it is damaged or of another schema
     */
    static Baseline read(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve(EvaluationReport.JSON) : path;
        if (!Files.isRegularFile(file)) {
            throw new UserError(
                    "There is no baseline " + file + "; --baseline takes the report.json of an earlier eval.");
        }
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new UserError(
                    "The baseline " + file + " is not readable JSON (line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ").",
                    e);
        } catch (IOException e) {
            throw new UserError("The baseline " + file + " could not be read: " + e.getMessage() + ".", e);
        }
        JsonNode version = json.path("schemaVersion");
        if (!version.isInt()) {
            throw new UserError("The baseline " + file + " is no report of eval: it has no schemaVersion.");
        }
        if (version.intValue() != JsonReport.SCHEMA_VERSION) {
            throw new UserError("The baseline " + file + " has schema version " + version.intValue()
                    + ", but this program reads version " + JsonReport.SCHEMA_VERSION + "; make the baseline again.");
        }
        return new Fields(file, json).baseline();
    }

    /** The earlier figures for a set of samples that was drawn alike, or that is the only one on both sides. */
    Optional<Measured> find(Optional<SamplingPoint> point, ImageSet samples) {
        if (point.isPresent()) {
            return results.stream()
                    .filter(r -> r.point().isPresent() && r.point().get().samples(point.get()))
                    .findFirst();
        }
        List<Measured> given = results.stream().filter(r -> r.point().isEmpty()).toList();
        if (given.size() == 1) {
            return Optional.of(given.get(0));
        }
        return given.stream()
                .filter(r -> r.samples().source().equals(samples.source()))
                .findFirst();
    }

    /** Reads fields and says which one is missing. */
    private record Fields(Path file, JsonNode node) {
        Baseline baseline() {
            List<Measured> results = new ArrayList<>();
            for (JsonNode result : array("results")) {
                results.add(new Fields(file, result).measured());
            }
            Fields settings = in("settings");
            return new Baseline(
                    file,
                    text("created"),
                    in("featureNetwork").text("sha256"),
                    in("reference").images(),
                    settings.integer("k"),
                    settings.integer("inceptionSplit"),
                    results);
        }

        private Measured measured() {
            Map<Metric, Double> scores = new EnumMap<>(Metric.class);
            Fields figures = in("scores");
            for (Metric metric : Metric.values()) {
                if (figures.node.has(metric.key())) {
                    scores.put(metric, figures.number(metric.key()));
                }
            }
            Optional<SamplingPoint> point =
                    node.has("point") ? Optional.of(in("point").point()) : Optional.empty();
            return new Measured(point, in("samples").images(), scores);
        }

        private SamplingPoint point() {
            return new SamplingPoint(
                    text("sampler"),
                    text("steps"),
                    number("eta"),
                    number("classifierScale"),
                    text("labels"),
                    need("seed", node.path("seed").isIntegralNumber()).longValue(),
                    in("others").texts());
        }

        private Map<String, String> texts() {
            Map<String, String> texts = new TreeMap<>();
            node.fieldNames().forEachRemaining(name -> texts.put(name, text(name)));
            return texts;
        }

        private ImageSet images() {
            return new ImageSet(
                    text("source"),
                    integer("count"),
                    integer("imageSize"),
                    node.has("sha256") ? Optional.of(text("sha256")) : Optional.empty());
        }

        private Fields in(String name) {
            return new Fields(file, need(name, node.path(name).isObject()));
        }

        private JsonNode array(String name) {
            return need(name, node.path(name).isArray());
        }

        private String text(String name) {
            return need(name, node.path(name).isTextual()).textValue();
        }

        private int integer(String name) {
            return need(name, node.path(name).isInt()).intValue();
        }

        private double number(String name) {
            return need(name, node.path(name).isNumber()).doubleValue();
        }

        private JsonNode need(String name, boolean fits) {
            if (!fits) {
                throw new UserError("The baseline " + file + " is damaged: '" + name
                        + "' is missing or of another kind; make the baseline again.");
            }
            return node.get(name);
        }
    }
}
