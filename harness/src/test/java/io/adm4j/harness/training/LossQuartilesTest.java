package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LossQuartilesTest {
    /** A task with two losses per image and 10 timesteps, so that quartile 0 is t = 0, 1, 2 and quartile 1 is 3, 4. */
    private static class Noised implements TrainingTask {
        @Override
        public TrainingGraph graph() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, Tensor> batch(long step) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<String> metricNames() {
            return List.of("loss");
        }

        @Override
        public double[] metrics(Map<String, Tensor> batch, Map<String, Tensor> outputs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, String> imageLosses() {
            return Map.of("loss", "losses");
        }

        @Override
        public int numTimesteps() {
            return 10;
        }
    }

    @Test
    void averagesTheImagesOfEachQuarterOfTheProcess() {
        LossQuartiles quartiles = new LossQuartiles(new Noised());

        quartiles.add(timesteps(0, 2, 3), losses(1, 2, 8));
        quartiles.add(timesteps(1, 9), losses(6, 0.5f));

        assertEquals(Map.of("loss_q0", 3.0, "loss_q1", 8.0, "loss_q3", 0.5), quartiles.means());
    }

    @Test
    void importantImagesWeighAsInTheLoss() {
        LossQuartiles quartiles = new LossQuartiles(new Noised());
        Map<String, Tensor> batch = Map.of(
                "t", Tensor.of(new long[] {0, 1}, 2), TrainingGraph.LOSS_WEIGHT, Tensor.of(new float[] {3, 1}, 2));

        quartiles.add(batch, losses(1, 5));

        assertEquals(Map.of("loss_q0", 2.0), quartiles.means());
    }

    @Test
    void namesAllQuartiles() {
        assertEquals(List.of("loss_q0", "loss_q1", "loss_q2", "loss_q3"), LossQuartiles.names(new Noised()));
    }

    @Test
    void imagesWithoutTimestepHaveNone() {
        TrainingTask task = new LinearTask(step -> new float[2]);
        LossQuartiles quartiles = new LossQuartiles(task);
        quartiles.add(Map.of(), losses(1));

        assertEquals(Map.of(), quartiles.means());
        assertEquals(List.of(), LossQuartiles.names(task));
    }

    private static Map<String, Tensor> timesteps(long... t) {
        float[] ones = new float[t.length];
        Arrays.fill(ones, 1);
        return Map.of("t", Tensor.of(t, t.length), TrainingGraph.LOSS_WEIGHT, Tensor.of(ones, ones.length));
    }

    private static Map<String, Tensor> losses(float... losses) {
        return Map.of("losses", Tensor.of(losses, losses.length));
    }
}
