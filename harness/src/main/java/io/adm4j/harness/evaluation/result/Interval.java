package io.adm4j.harness.evaluation.result;

/** A range that contains the true value with the stated confidence, 95% unless said otherwise; {@code low <= high}. */
public record Interval(double low, double high) {
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("An interval does not reach from " + low + " to " + high + ".");
        }
    }
}
