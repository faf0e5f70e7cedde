package io.adm4j.harness.training;

/** Follows the losses of a run, to know the last sound checkpoint; see {@link LossHistory}. */
final class LossWatch {
    private long newest;
    private boolean newestWithinReason;
    private double best;
    private long sound;
    private double sum;
    private long count;

    /** @param resumed checkpoint from which training goes on */
    LossWatch(RunFolder.Checkpoint resumed) {
        saved(resumed.step(), resumed.losses());
        sound = resumed.losses().sound();
    }

    /** The loss of a step. */
    void add(double loss) {
        if (count == 0 && newestWithinReason && LossHistory.isWithinReason(loss, best)) {
            sound = newest;
        }
        sum += loss;
        count++;
    }

    /** The losses for the checkpoint that is saved now. */
    LossHistory history() {
        double mean = count == 0 ? Double.NaN : sum / count;
        boolean better = Double.isFinite(mean) && !(mean >= best);
        return new LossHistory(mean, better ? mean : best, sound);
    }

    /** Begins anew after a checkpoint. */
    void saved(long step, LossHistory history) {
        newest = step;
        newestWithinReason = history.isWithinReason();
        best = history.best();
        sum = 0;
        count = 0;
    }

    /** Step of the last sound checkpoint; {@link LossHistory#NONE} if there is none. */
    long sound() {
        return sound;
    }
}
