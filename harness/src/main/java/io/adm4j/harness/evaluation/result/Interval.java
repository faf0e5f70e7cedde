package io.adm4j.harness.evaluation.result;

/** A range that contains the true value with the stated confidence, 95% unless said otherwise; {@code low <= high}. */
public record Interval(double low, double high) {
    /** Quantile of the standard normal distribution for 95%. */
    private static final double NORMAL = 1.959964;

    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("An interval does not reach from " + low + " to " + high + ".");
        }
    }

    /**
     * Wilson's score interval of a share (Wilson: "Probable Inference, the Law of Succession, and Statistical Inference",
     * 1927).
     *
     * @param share in [0, 1]
     * @param count independent cases that it is a share of, at least 1
     */
    public static Interval ofShare(double share, long count) {
        double z = NORMAL * NORMAL / count;
        double middle = (share + z / 2) / (1 + z);
        double half = Math.sqrt(z * share * (1 - share) + z * z / 4) / (1 + z);
        return new Interval(Math.max(0, middle - half), Math.min(1, middle + half));
    }

    /** Whether the two share no value. */
    public boolean apartFrom(Interval other) {
        return high < other.low || other.high < low;
    }
}
