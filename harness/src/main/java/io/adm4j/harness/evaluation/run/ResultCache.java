package io.adm4j.harness.evaluation.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.ClassScores;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.harness.evaluation.result.Scores;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;

/** The result of one set of samples on disk, so that a sweep that was interrupted has only the others left to do. */
final class ResultCache {
    private final Path scores;
    private final Path gallery;

    /** @param file without ending; of this result alone */
    ResultCache(Path file) {
        this.scores = file.resolveSibling(file.getFileName() + ".json");
        this.gallery = file.resolveSibling(file.getFileName() + ".npz");
    }

    /** The result, if it is there. */
    Optional<Result> read(Optional<SamplingPoint> point) {
        if (!Files.exists(scores)) {
            return Optional.empty();
        }
        try {
            JsonNode json = new ObjectMapper().readTree(scores.toFile());
            JsonNode set = json.get("samples");
            ImageSet samples = new ImageSet(
                    set.get("source").asText(),
                    set.get("count").asInt(),
                    set.get("imageSize").asInt(),
                    set.has("sha256") ? Optional.of(set.get("sha256").asText()) : Optional.empty());
            return Optional.of(new Result(
                    point,
                    samples,
                    scores(json.get("scores")),
                    json.get("seconds").asDouble(),
                    Files.exists(gallery) ? Optional.of(readGallery()) : Optional.empty()));
        } catch (IOException e) {
            throw new UserError("The kept result " + scores + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /** Keeps a result. */
    void write(Result result) {
        result.gallery().ifPresent(this::writeGallery);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ImageSet samples = result.samples();
        ObjectNode set = json.putObject("samples")
                .put("source", samples.source())
                .put("count", samples.count())
                .put("imageSize", samples.imageSize());
        samples.sha256().ifPresent(sum -> set.put("sha256", sum));
        json.set("scores", json(result.scores()));
        json.put("seconds", result.seconds());
        try {
            AtomicFile.writeString(scores, json.toPrettyString());
        } catch (IOException e) {
            throw new UserError("Cannot write to " + scores + ": " + e.getMessage() + ".", e);
        }
    }

    private static ObjectNode json(Scores scores) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("scores", json(scores.scores()));
        ArrayNode classes = json.putArray("perClass");
        for (ClassScores one : scores.perClass()) {
            classes.addObject()
                    .put("label", one.label())
                    .put("sampleCount", one.sampleCount())
                    .put("referenceCount", one.referenceCount())
                    .set("scores", json(one.scores()));
        }
        scores.warnings().forEach(json.putArray("warnings")::add);
        return json.put("sampleCount", scores.sampleCount())
                .put("referenceCount", scores.referenceCount())
                .put("featureCount", scores.featureCount());
    }

    private static Scores scores(JsonNode json) {
        List<ClassScores> classes = new ArrayList<>();
        for (JsonNode one : json.get("perClass")) {
            classes.add(new ClassScores(
                    one.get("label").asInt(),
                    one.get("sampleCount").asInt(),
                    one.get("referenceCount").asInt(),
                    scoreList(one.get("scores"))));
        }
        return new Scores(
                scoreList(json.get("scores")),
                classes,
                StreamSupport.stream(json.get("warnings").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList(),
                json.get("sampleCount").asInt(),
                json.get("referenceCount").asInt(),
                json.get("featureCount").asInt());
    }

    private static ArrayNode json(List<Score> scores) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        for (Score score : scores) {
            ObjectNode one = json.addObject()
                    .put("metric", score.metric().key())
                    .put("value", score.value())
                    .put("definition", score.definition());
            score.standardError().ifPresent(error -> one.put("standardError", error));
            score.interval().ifPresent(i -> one.put("low", i.low()).put("high", i.high()));
        }
        return json;
    }

    private static List<Score> scoreList(JsonNode json) {
        List<Score> scores = new ArrayList<>();
        for (JsonNode one : json) {
            scores.add(new Score(
                    Metric.ofKey(one.get("metric").asText()),
                    one.get("value").asDouble(),
                    one.has("standardError")
                            ? OptionalDouble.of(one.get("standardError").asDouble())
                            : OptionalDouble.empty(),
                    one.has("low")
                            ? Optional.of(new Interval(
                                    one.get("low").asDouble(), one.get("high").asDouble()))
                            : Optional.empty(),
                    one.get("definition").asText()));
        }
        return scores;
    }

    private void writeGallery(Gallery shown) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("pictures", shown.images());
        if (!shown.labels().isEmpty()) {
            long[] labels =
                    shown.labels().stream().mapToLong(Integer::longValue).toArray();
            arrays.put("labels", Tensor.of(labels, labels.length));
        }
        for (int i = 0; i < shown.nearest().size(); i++) {
            Gallery.Nearest near = shown.nearest().get(i);
            double[] distances =
                    near.distances().stream().mapToDouble(Double::doubleValue).toArray();
            arrays.put("nearest" + i, near.images());
            arrays.put("distances" + i, Tensor.of(distances, distances.length));
        }
        Npz.write(gallery, arrays);
    }

    private Gallery readGallery() {
        Map<String, Tensor> arrays = Npz.read(gallery);
        List<Integer> labels = arrays.containsKey("labels")
                ? LongStream.of(arrays.get("labels").toLongArray())
                        .mapToObj(l -> (int) l)
                        .toList()
                : List.of();
        List<Gallery.Nearest> nearest = new ArrayList<>();
        for (int i = 0; arrays.containsKey("nearest" + i); i++) {
            nearest.add(new Gallery.Nearest(
                    arrays.get("nearest" + i),
                    DoubleStream.of(arrays.get("distances" + i).toDoubleArray())
                            .boxed()
                            .toList()));
        }
        return new Gallery(arrays.get("pictures"), labels, nearest);
    }
}
