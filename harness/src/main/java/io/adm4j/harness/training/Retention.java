package io.adm4j.harness.training;

/**
 * Which checkpoints of a run stay. The last sound one stays in any case, see {@link LossHistory}, and so does the one that
 * scored best, see {@link BestCheckpoint}.
 *
 * @param newest how many of the newest, at least 1
 * @param every those of every so many steps; 0 for none
 */
public record Retention(int newest, long every) {
    /** The two newest. */
    public static final Retention DEFAULT = new Retention(2, 0);

    boolean keepsStep(long step) {
        return every > 0 && step > 0 && step % every == 0;
    }
}
