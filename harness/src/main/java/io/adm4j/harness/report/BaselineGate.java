package io.adm4j.harness.report;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.FeatureNetwork;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.result.Score;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Compares an evaluation with an earlier one. Only what measures the same is compared: the same feature network,
 * reference, counts, settings and way of sampling; the model and the seed may differ.
 */
public final class BaselineGate {
    static final String NOT_RESIZED = "none";

    private final Baseline baseline;
    private final Map<Metric, Double> limits;

    private BaselineGate(Baseline baseline, Map<Metric, Double> limits) {
        this.baseline = baseline;
        this.limits = limits;
    }

    /**
     * @param baseline {@code report.json} of an earlier evaluation, or the folder that holds it
     * @param limits by how much a score may be worse, at least 0; metrics that are not named are shown only
     * @throws UserError if the baseline cannot be read, or lacks a metric with a limit
     */
    public static BaselineGate open(Path baseline, Map<Metric, Double> limits) {
        Baseline read = Baseline.read(baseline);
        for (Metric metric : limits.keySet()) {
            if (read.results().stream().noneMatch(r -> r.scores().get(metric).isPresent())) {
                throw new UserError("The baseline " + read.file() + " has no " + metric.title()
                        + " to set a limit to; make the baseline again with that metric, or leave the limit out.");
            }
        }
        Map<Metric, Double> copy = new EnumMap<>(Metric.class);
        copy.putAll(limits);
        return new BaselineGate(read, copy);
    }

    /** The file that the baseline was read from. */
    public Path file() {
        return baseline.file();
    }

    /**
     * Refuses a baseline that was measured otherwise. Call it before anything expensive is computed.
     *
     * @throws UserError that names the first difference
     */
    public void requireComparable(FeatureNetwork network, ImageSet reference, EvaluatorSettings settings) {
        same("feature network", brief(baseline.networkSha256()), brief(network.sha256()));
        same("filter (--resize)", baseline.resize(), network.resize().orElse(NOT_RESIZED));
        same("number of reference images", baseline.reference().count(), reference.count());
        same("size of reference images", baseline.reference().size(), reference.size());
        same(
                "reference",
                brief(baseline.reference().sha256().orElse("no checksum")),
                brief(reference.sha256().orElse("no checksum")));
        same("neighbor (--k)", baseline.k(), settings.k());
        same("split of the Inception Score", baseline.inceptionSplit(), settings.inceptionSplit());
        for (Metric metric : limits.keySet()) {
            if (!settings.metrics().contains(metric)) {
                throw new UserError(metric.title()
                        + " has a limit but is not computed; add it to the metrics, or leave the" + " limit out.");
            }
        }
    }

    /**
     * Refuses a set of samples without a counterpart in the baseline. Call it before the samples are generated.
     *
     * @param samples of which count and size are looked at
     * @throws UserError that says what differs
     */
    public void requireComparable(Optional<SamplingPoint> point, ImageSet samples) {
        counterpart(point, samples);
    }

    /**
     * Compares all results of a report.
     *
     * @throws UserError if the comparison would mean nothing, or a metric with a limit could not be computed
     */
    public Comparison check(EvaluationReport evaluation) {
        requireComparable(evaluation.network(), evaluation.reference(), evaluation.settings());
        List<Verdict> verdicts = new ArrayList<>();
        for (Result result : evaluation.results()) {
            Result before = counterpart(result.point(), result.samples());
            for (Metric metric : Metric.values()) {
                Optional<Double> now = result.scores().get(metric).map(Score::value);
                Optional<Double> old = before.scores().get(metric).map(Score::value);
                if (old.isPresent() && now.isPresent()) {
                    OptionalDouble allowed =
                            limits.containsKey(metric) ? OptionalDouble.of(limits.get(metric)) : OptionalDouble.empty();
                    verdicts.add(new Verdict(result.name(), metric, old.get(), now.get(), allowed));
                } else if (limits.containsKey(metric)) {
                    throw new UserError(
                            metric.title() + " has a limit, but " + (old.isEmpty() ? "the baseline" : "this run")
                                    + " could not compute it for " + result.name() + ".");
                }
            }
        }
        return new Comparison(baseline.file() + " of " + baseline.created(), verdicts);
    }

    private Result counterpart(Optional<SamplingPoint> point, ImageSet samples) {
        Result found = baseline.find(point, samples)
                .orElseThrow(() -> new UserError("The baseline "
                        + baseline.file() + " has no result for "
                        + point.map(SamplingPoint::toString).orElse(samples.source())
                        + "; it has: "
                        + String.join(
                                "; ",
                                baseline.results().stream().map(Result::name).toList())
                        + "."));
        same("number of samples", found.samples().count(), samples.count());
        same("size of the samples", found.samples().size(), samples.size());
        return found;
    }

    /** Enough of a checksum to tell two apart. */
    private static String brief(String sha256) {
        return sha256.substring(0, Math.min(12, sha256.length()));
    }

    private void same(String what, Object before, Object now) {
        if (!before.equals(now)) {
            throw new UserError("The baseline " + baseline.file() + " was measured with another " + what + " (" + before
                    + ", now " + now + "), so its figures say nothing about these; measure both alike.");
        }
    }
}
