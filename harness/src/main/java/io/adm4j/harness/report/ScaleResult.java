package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.Score;
import java.util.Optional;

/**
 * Samples at one classifier scale, as the quickstart's page shows them.
 *
 * @param result with a point
 * @param references number of real images that the samples were compared with
 * @param seconds that sampling took
 * @param grid a PNG with some of the samples
 */
public record ScaleResult(Result result, int references, double seconds, byte[] grid) {
    /** The factor on the classifier's gradient; 0 is no guidance. */
    double scale() {
        return result.point().orElseThrow().classifierScale();
    }

    double value(Metric metric) {
        return result.scores().value(metric);
    }

    /**
     * The range of a value that is due to chance, with 95% confidence; empty where none is known. That of precision is over other
     * samples, that of recall over other real images.
     */
    Optional<Interval> interval(Metric metric) {
        return switch (metric) {
            case PRECISION ->
                Optional.of(Interval.ofShare(value(metric), result.samples().count()));
            case RECALL -> Optional.of(Interval.ofShare(value(metric), references));
            default -> result.scores().get(metric).flatMap(Score::interval);
        };
    }
}
