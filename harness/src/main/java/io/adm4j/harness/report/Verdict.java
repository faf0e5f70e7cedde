package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.Metric;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * How one score compares with the baseline's.
 *
 * @param result name of the result it belongs to
 * @param before the baseline's figure
 * @param now the new figure
 * @param allowed by how much it may be worse, at least 0; empty if nobody set a limit
 */
public record Verdict(String result, Metric metric, double before, double now, OptionalDouble allowed) {
    /** Differences below this share of a figure are rounding. */
    private static final double ROUNDING = 1e-9;

    /** The new figure less the old. */
    public double change() {
        return now - before;
    }

    /** Whether the change is for the worse. */
    public boolean worse() {
        return metric.lowerIsBetter() ? change() > 0 : change() < 0;
    }

    /** Whether the figure is worse by more than was allowed. */
    public boolean regression() {
        if (allowed.isEmpty()) {
            return false;
        }
        double worsening = metric.lowerIsBetter() ? change() : -change();
        // The other way round a figure that is not a number would pass.
        return !(worsening <= allowed.getAsDouble() + ROUNDING * Math.max(1, Math.abs(before)));
    }

    /** {@code FID from 12.3400 to 12.9900 (+0.6500, allowed +0.1000)}. */
    public String sentence() {
        return String.format(
                Locale.ROOT,
                "%s from %s to %s (%s%s)",
                metric.title(),
                ScoreFormat.value(metric, before),
                ScoreFormat.value(metric, now),
                ScoreFormat.change(metric, change()),
                allowed.isEmpty() ? "" : ", allowed " + limit());
    }

    /** The greatest change allowed, with its sign; empty text without a limit. */
    String limit() {
        return allowed.isEmpty()
                ? ""
                : ScoreFormat.change(metric, metric.lowerIsBetter() ? allowed.getAsDouble() : -allowed.getAsDouble());
    }
}
