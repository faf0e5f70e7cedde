package io.adm4j.harness.training;

/**
 * The losses of a run up to a checkpoint, by which it is known which checkpoint's weights are of use.
 *
 * <p>A loss is within reason if it is finite and exceeds the best mean so far by at most three times its size: it is at
 * most four times as large. A checkpoint is sound if the mean loss of the steps since the one before is within reason, and
 * so is the loss of the step after it, the first that its weights gave.
 *
 * @param mean of the losses of the steps since the checkpoint before; NaN if there are none
 * @param best smallest such mean so far; NaN if there is none
 * @param sound step of the last sound checkpoint before this one; {@link #NONE} if there is none
 */
public record LossHistory(double mean, double best, long sound) {
    /** No checkpoint is known to be sound. */
    public static final long NONE = -1;

    private static final double MOST_EXCESS = 3;

    /** Before the first step. */
    static LossHistory none() {
        return new LossHistory(Double.NaN, Double.NaN, NONE);
    }

    /** Whether the mean is within reason; so is none. */
    public boolean isWithinReason() {
        return Double.isNaN(mean) && Double.isNaN(best) || isWithinReason(mean, best);
    }

    static boolean isWithinReason(double loss, double best) {
        return Double.isFinite(loss) && (Double.isNaN(best) || loss <= best + MOST_EXCESS * Math.abs(best));
    }
}
