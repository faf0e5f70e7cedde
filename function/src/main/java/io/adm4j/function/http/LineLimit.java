package io.adm4j.function.http;

/** Limits how many log lines malformed requests can cause, and counts those that were left out. */
final class LineLimit {
    private final int most;
    private final long period;
    private long began;
    private boolean counting;
    private int written;
    private long left;

    /**
     * @param most lines in one period
     * @param period in nanoseconds
     */
    LineLimit(int most, long period) {
        this.most = most;
        this.period = period;
    }

    /** Whether a line may be written now; if not, it is counted. */
    synchronized boolean allows(long now) {
        if (!counting || now - began >= period) {
            counting = true;
            began = now;
            written = 0;
        }
        if (written == most) {
            left++;
            return false;
        }
        written++;
        return true;
    }

    /** How many lines were left out since this was asked last; 0 while some of the period may still be. */
    synchronized long left(long now) {
        if (left == 0 || now - began < period && written == most) {
            return 0;
        }
        long result = left;
        left = 0;
        return result;
    }
}
