package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LossWatchTest {
    private final LossWatch watch =
            new LossWatch(new RunFolder.Checkpoint(Path.of("checkpoint-00000000"), 0, 0, LossHistory.none()));

    @Test
    void aCheckpointIsSoundOnceTheNextLossIs() {
        assertEquals(LossHistory.NONE, watch.sound());
        steps(1, 0.5);
        assertEquals(0, watch.sound());
        assertEquals(new LossHistory(0.75, 0.75, 0), saved(2));
        steps(0.25);
        assertEquals(2, watch.sound());
        assertEquals(new LossHistory(0.25, 0.25, 2), saved(3));
        assertEquals(2, watch.sound(), "not before its weights gave a loss");
    }

    @Test
    void uselessWeightsAreNotSound() {
        steps(1);
        saved(1);
        steps(1e12);
        assertEquals(0, watch.sound(), "the loss of step 1 was that of the initial weights");
        LossHistory history = saved(2);
        assertEquals(new LossHistory(1e12, 1, 0), history);
        assertFalse(history.isWithinReason());
        steps(1, 1);
        assertEquals(0, watch.sound(), "the mean before the second was not within reason");
        assertEquals(new LossHistory(1, 1, 0), saved(4));
        steps(3.9);
        assertEquals(4, watch.sound());
    }

    @Test
    void aResumedRunKnowsTheLastSoundCheckpoint() {
        LossWatch resumed = new LossWatch(
                new RunFolder.Checkpoint(Path.of("checkpoint-00000007"), 7, 0, new LossHistory(0.3, 0.2, 5)));
        assertEquals(5, resumed.sound());
        resumed.add(0.81);
        assertEquals(5, resumed.sound());

        LossWatch again = new LossWatch(
                new RunFolder.Checkpoint(Path.of("checkpoint-00000007"), 7, 0, new LossHistory(0.3, 0.2, 5)));
        again.add(0.79);
        assertEquals(7, again.sound());
    }

    @Test
    void lossesBelowZeroMayRiseAsFar() {
        assertTrue(LossHistory.isWithinReason(3.9, -2));
        assertFalse(LossHistory.isWithinReason(4.1, -2));
        assertFalse(LossHistory.isWithinReason(Double.NaN, Double.NaN));
        assertTrue(LossHistory.isWithinReason(1e30, Double.NaN));
        assertFalse(new LossHistory(Double.NaN, 1, 3).isWithinReason());
    }

    private void steps(double... losses) {
        for (double loss : losses) {
            watch.add(loss);
        }
    }

    private LossHistory saved(long step) {
        LossHistory history = watch.history();
        watch.saved(step, history);
        return history;
    }
}
