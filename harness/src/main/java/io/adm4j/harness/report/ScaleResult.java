package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;

/**
 * Samples at one classifier scale, as the quickstart's page shows them.
 *
 * @param result with a point
 * @param seconds that sampling took
 * @param grid a PNG with some of the samples
 */
public record ScaleResult(Result result, double seconds, byte[] grid) {
    /** The factor on the classifier's gradient; 0 is no guidance. */
    double scale() {
        return result.point().orElseThrow().classifierScale();
    }

    double value(Metric metric) {
        return result.scores().value(metric);
    }
}
