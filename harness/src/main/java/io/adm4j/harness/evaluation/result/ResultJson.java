package io.adm4j.harness.evaluation.result;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.StepChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Results as JSON, in the layout of {@code results} in the published {@code report.schema.json}. Images to show are no part
 * of it. Fields and metrics that are not known are ignored.
 */
public final class ResultJson {
    private ResultJson() {}

    /** Writes a result into an object. */
    public static void write(ObjectNode node, Result result) {
        result.point().ifPresent(point -> write(node.putObject("point"), point));
        write(node.putObject("samples"), result.samples());
        Scores scores = result.scores();
        node.put("featureCount", scores.featureCount());
        node.put("referenceCount", scores.referenceCount());
        write(node, scores.scores());
        ArrayNode perClass = node.putArray("perClass");
        for (ClassScores one : scores.perClass()) {
            ObjectNode inner = perClass.addObject()
                    .put("label", one.label())
                    .put("sampleCount", one.sampleCount())
                    .put("referenceCount", one.referenceCount());
            write(inner, one.scores());
        }
        scores.warnings().forEach(node.putArray("warnings")::add);
        node.put("seconds", result.seconds());
        result.distances()
                .ifPresent(found -> ReferenceDistancesJson.write(node.putObject("referenceDistances"), found));
        result.memorization().ifPresent(found -> MemorizationJson.write(node.putObject("memorization"), found));
    }

    /** Writes what is known of a set of images into an object. */
    public static void write(ObjectNode node, ImageSet set) {
        node.put("source", set.source()).put("count", set.count()).put("imageSize", set.imageSize());
        if (set.width() != set.imageSize()) {
            node.put("imageWidth", set.width());
        }
        set.sha256().ifPresent(sum -> node.put("sha256", sum));
        if (set.repeatsGray()) {
            node.put("repeatsGray", true);
        }
        if (!set.classes().isEmpty()) {
            set.classes().forEach(node.putArray("classes")::add);
        }
        set.choice().ifPresent(text -> node.put("choice", text));
    }

    private static void write(ObjectNode node, SamplingPoint point) {
        node.put("sampler", point.sampler().key())
                .put("steps", point.steps().published())
                .put("eta", point.eta())
                .put("classifierScale", point.classifierScale())
                .put("labels", point.labels())
                .put("seed", point.seed());
        point.others().forEach(node.putObject("others")::put);
    }

    private static void write(ObjectNode node, List<Score> scores) {
        ObjectNode values = node.putObject("scores");
        ObjectNode errors = node.putObject("standardErrors");
        ObjectNode intervals = node.putObject("intervals");
        ObjectNode definitions = node.putObject("definitions");
        for (Score score : scores) {
            String key = score.metric().key();
            values.put(key, score.value());
            score.standardError().ifPresent(error -> errors.put(key, error));
            score.interval().ifPresent(i -> intervals.putArray(key).add(i.low()).add(i.high()));
            definitions.put(key, score.definition());
        }
    }

    /**
     * Reads a result.
     *
     * @return without a gallery
     * @throws UserError if a field is missing or of another type
     */
    public static Result read(JsonFields json) {
        ImageSet samples = images(json.object("samples"));
        List<ClassScores> perClass = new ArrayList<>();
        for (JsonFields one : json.objects("perClass")) {
            perClass.add(new ClassScores(
                    one.integer("label"), one.integer("sampleCount"), one.integer("referenceCount"), scores(one)));
        }
        return new Result(
                json.has("point") ? Optional.of(point(json.object("point"))) : Optional.empty(),
                samples,
                new Scores(
                        scores(json),
                        perClass,
                        json.texts("warnings"),
                        samples.count(),
                        json.integer("referenceCount"),
                        json.integer("featureCount")),
                json.number("seconds"),
                Optional.empty(),
                json.has("referenceDistances")
                        ? Optional.of(ReferenceDistancesJson.read(json.object("referenceDistances")))
                        : Optional.empty(),
                json.has("memorization")
                        ? Optional.of(MemorizationJson.read(json.object("memorization")))
                        : Optional.empty());
    }

    /**
     * Reads what is known of a set of images.
     *
     * @throws UserError if a field is missing or of another type
     */
    public static ImageSet images(JsonFields json) {
        return new ImageSet(
                json.text("source"),
                json.integer("count"),
                json.integer("imageSize"),
                json.integer(json.has("imageWidth") ? "imageWidth" : "imageSize"),
                json.has("sha256") ? Optional.of(json.text("sha256")) : Optional.empty(),
                json.has("repeatsGray") && json.truth("repeatsGray"),
                json.has("classes") ? json.texts("classes") : List.of(),
                json.has("choice") ? Optional.of(json.text("choice")) : Optional.empty());
    }

    private static SamplingPoint point(JsonFields json) {
        return new SamplingPoint(
                json.parsed("sampler", SamplerKind::of),
                json.parsed("steps", StepChoice::parsePublished),
                json.number("eta"),
                json.number("classifierScale"),
                json.text("labels"),
                json.longInteger("seed"),
                json.object("others").allTexts());
    }

    private static List<Score> scores(JsonFields json) {
        JsonFields values = json.object("scores");
        JsonFields errors = json.object("standardErrors");
        JsonFields intervals = json.object("intervals");
        JsonFields definitions = json.object("definitions");
        List<Score> scores = new ArrayList<>();
        for (Metric metric : Metric.values()) {
            String key = metric.key();
            if (values.has(key)) {
                scores.add(new Score(
                        metric,
                        values.number(key),
                        errors.has(key) ? OptionalDouble.of(errors.number(key)) : OptionalDouble.empty(),
                        intervals.has(key) ? Optional.of(interval(intervals, key)) : Optional.empty(),
                        definitions.text(key)));
            }
        }
        return scores;
    }

    private static Interval interval(JsonFields intervals, String key) {
        List<Double> ends = intervals.numbers(key);
        intervals.require(key, ends.size() == 2 && ends.get(0) <= ends.get(1));
        return new Interval(ends.get(0), ends.get(1));
    }
}
