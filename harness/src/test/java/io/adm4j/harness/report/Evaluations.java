package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.ClassScores;
import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.FeatureNetwork;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.result.ReferenceDistances;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SampleComparison;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.harness.evaluation.result.Scores;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.StepChoice;
import io.adm4j.tensor.Tensor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;

/** Evaluations with made-up figures. */
final class Evaluations {
    static final String NETWORK = "a".repeat(64);
    static final String REFERENCE = "b".repeat(64);
    static final String SAMPLES = "c".repeat(64);

    private Evaluations() {}

    /** One set of samples from a file, without a model. */
    static EvaluationReport ofFile(Map<Metric, Double> figures) {
        return report(
                Optional.empty(),
                List.of(new Result(
                        Optional.empty(),
                        new ImageSet("runs/samples.npz", 70, 8, Optional.of(SAMPLES)),
                        scores(figures),
                        12.5,
                        Optional.of(gallery(70, 8)))));
    }

    /** Samples of a model at several classifier scales, with everything a report can hold. */
    static EvaluationReport sweep(double... scales) {
        List<Result> results = new ArrayList<>();
        for (double scale : scales) {
            Map<Metric, Double> figures = figures(20 + scale, 0.7 + scale / 50, 0.6 - scale / 50);
            results.add(new Result(
                    Optional.of(point("25", scale)),
                    new ImageSet("bundle my-model", 70, 8, Optional.empty()),
                    scores(figures),
                    12.5,
                    Optional.of(gallery(20, 8))));
        }
        return report(
                Optional.of(new Model("my-model", "bundles/my-model", "d".repeat(64), List.of("Bag", "Ankle boot"))),
                results);
    }

    /** Two sets of samples from files, compared: better in precision, worse in FID, within noise in recall, without an interval in KID. */
    static EvaluationReport compared() {
        List<Result> results = new ArrayList<>();
        for (int set = 0; set < 2; set++) {
            results.add(new Result(
                            Optional.empty(),
                            new ImageSet("runs/set-" + set + ".npz", 70, 8, Optional.of(SAMPLES)),
                            scores(figures(20 + set, 0.7 + set / 10.0, 0.6)),
                            12.5,
                            Optional.of(gallery(20, 8)))
                    .withDistances(Optional.of(distances(8, OptionalLong.of(set)))));
        }
        EvaluationReport apart = report(Optional.empty(), results);
        return new EvaluationReport(
                apart.created(),
                apart.version(),
                apart.libraries(),
                apart.device(),
                apart.threads(),
                apart.network(),
                apart.reference(),
                apart.model(),
                apart.settings(),
                results,
                List.of(new SampleComparison(
                        0,
                        1,
                        70,
                        List.of(
                                difference(Metric.FID, 20, 21, 0.25),
                                Difference.of(Metric.KID, 0.0123, 0.0124),
                                difference(Metric.PRECISION, 0.7, 0.8, 0.02),
                                difference(Metric.RECALL, 0.6, 0.61, 0.02)))));
    }

    private static Difference difference(Metric metric, double first, double second, double error) {
        double difference = second - first;
        return new Difference(
                metric,
                first,
                second,
                OptionalDouble.of(error),
                Optional.of(new Interval(difference - 2 * error, difference + 2 * error)));
    }

    static SamplingPoint point(String steps, double scale) {
        return new SamplingPoint(
                SamplerKind.DDIM, StepChoice.parse(steps), 0, scale, "balanced", 7, Map.of("clip denoised", "false"));
    }

    static Map<Metric, Double> figures(double fid, double precision, double recall) {
        Map<Metric, Double> figures = new LinkedHashMap<>();
        figures.put(Metric.FID, fid);
        figures.put(Metric.KID, 0.0123);
        figures.put(Metric.PRECISION, precision);
        figures.put(Metric.RECALL, recall);
        return figures;
    }

    static EvaluationReport report(Optional<Model> model, List<Result> results) {
        return report(NETWORK, new ImageSet("ref.npz", 80, 8, Optional.of(REFERENCE)), 3, model, results);
    }

    static EvaluationReport report(
            String network, ImageSet reference, int k, Optional<Model> model, List<Result> results) {
        return new EvaluationReport(
                Instant.parse("2026-01-02T03:04:05.678Z"),
                "1.2.3",
                Map.of("onnxruntime", "1.24.1", "java", "17", "os", "Linux"),
                "cpu",
                2,
                new FeatureNetwork("inception.onnx", network, 12, Optional.empty()),
                reference,
                model,
                new EvaluatorSettings(k, 5000, 64, EnumSet.allOf(Metric.class), 100, true),
                results,
                List.of());
    }

    static Scores scores(Map<Metric, Double> figures) {
        List<Score> scores = new ArrayList<>();
        figures.forEach((metric, value) -> scores.add(new Score(
                metric,
                value,
                metric == Metric.KID ? OptionalDouble.of(0.001) : OptionalDouble.empty(),
                metric == Metric.FID ? Optional.of(new Interval(value - 1, value + 2)) : Optional.empty(),
                "What " + metric.title() + " means on 12 features.")));
        List<ClassScores> perClass = IntStream.range(0, 2)
                .mapToObj(label -> new ClassScores(
                        label, 35, 40, List.of(Score.of(Metric.FID, 31.5 + label, "FID within the class."))))
                .toList();
        return new Scores(scores, perClass, List.of("FID from 70 images says little."), 70, 80, 12);
    }

    /** Eight samples nearest to a reference and eight farthest, with images of a size. */
    static ReferenceDistances distances(int size, OptionalLong seed) {
        List<ReferenceDistances.Sample> samples = IntStream.range(0, 16)
                .mapToObj(i -> new ReferenceDistances.Sample(40 + i, seed, OptionalInt.of(i % 2), 60 - i, 1.5 + i))
                .toList();
        List<Gallery.Nearest> nearest = IntStream.range(0, 16)
                .mapToObj(i -> new Gallery.Nearest(images(1, size, 100 + i), List.of(1.5 + i)))
                .toList();
        return new ReferenceDistances(
                "What the distance is.",
                5.25,
                samples.subList(0, 8),
                samples.subList(8, 16),
                Optional.of(new Gallery(images(16, size, 99), List.of(), nearest)));
    }

    static Gallery gallery(int count, int size) {
        List<Gallery.Nearest> nearest = IntStream.range(0, 3)
                .mapToObj(i -> new Gallery.Nearest(images(2, size, i), List.of(1.5 + i, 22.25)))
                .toList();
        return new Gallery(
                images(count, size, 9),
                IntStream.range(0, count).mapToObj(i -> i % 2).toList(),
                nearest);
    }

    static Tensor images(int count, int size, long seed) {
        byte[] values = new byte[count * size * size * 3];
        new Random(seed).nextBytes(values);
        return Tensor.of(values, count, size, size, 3);
    }
}
