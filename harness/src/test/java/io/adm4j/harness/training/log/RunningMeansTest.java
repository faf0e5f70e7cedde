package io.adm4j.harness.training.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class RunningMeansTest {
    private final RunningMeans means = new RunningMeans(List.of("loss", "accuracy"));

    @Test
    void isEmptyBeforeTheFirstStep() {
        assertEquals("", means.toString());
    }

    @Test
    void beginsWithTheFirstStepAndMovesByATwentieth() {
        double[] first = {1, 0.5};
        means.add(first);
        assertEquals("loss 1.0000  accuracy 0.5000", means.toString());

        means.add(new double[] {3, 0});
        assertEquals("loss 1.1000  accuracy 0.4750", means.toString());
        means.add(new double[] {1.1, 0.475});
        assertEquals("loss 1.1000  accuracy 0.4750", means.toString());
        assertArrayEquals(new double[] {1, 0.5}, first);
    }
}
