package io.adm4j.harness.training;

import io.adm4j.harness.training.engine.GlobalState;
import io.adm4j.harness.training.engine.SavedWeights;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The step between two rounds of DiLoCo: the workers' weights become the next global ones by {@link OuterOptimizer}, and the moving
 * averages follow these.
 *
 * <p>An average of rate r moves as by h steps with the weights that the round of h steps ended with,
 *
 * <pre>
 * e ← r^h e + (1 - r^h) θ,
 * </pre>
 *
 * so that its rate means the same as on one machine, whatever the length of a round. Between two exchanges there are no global
 * weights to average, and averages of the workers' would be of weights that the outer step has not moved.
 *
 * @param emaRates decay rates of the averages, each in (0, 1)
 */
record OuterStep(OuterOptimizer optimizer, List<Double> emaRates) {

    /**
     * What a step gave.
     *
     * @param gradientNorm L2 norm of the outer gradient
     * @param parameterNorm L2 norm of the weights before
     */
    record Result(GlobalState state, double gradientNorm, double parameterNorm) {}

    /**
     * Takes one step.
     *
     * @param global folder of the checkpoint before the round
     * @param workers folders with the weights of all workers, in their order
     * @param innerSteps h, the steps of the round
     * @param scratch folder for temporary files; exists
     * @throws io.adm4j.feedback.UserError if a checkpoint is damaged
     */
    Result take(Path global, List<Path> workers, long innerSteps, Path scratch) {
        GlobalState state = GlobalState.read(global, emaRates, scratch);
        List<Map<String, Tensor>> moved =
                workers.stream().map(w -> SavedWeights.read(w).weights()).toList();
        Map<String, Tensor> velocities = state.velocity();
        double gradientSquares = 0;
        double weightSquares = 0;
        for (Map.Entry<String, Tensor> parameter : state.weights().entrySet()) {
            String name = parameter.getKey();
            FloatBuffer weights = parameter.getValue().floats();
            weightSquares += squares(weights);
            gradientSquares += optimizer.step(
                    weights,
                    values(velocities, name),
                    moved.stream().map(worker -> values(worker, name)).toList());
            for (double rate : emaRates) {
                average(values(state.average(rate), name), weights, 1 - Math.pow(rate, innerSteps));
            }
        }
        return new Result(state, Math.sqrt(gradientSquares), Math.sqrt(weightSquares));
    }

    private static FloatBuffer values(Map<String, Tensor> arrays, String name) {
        return Objects.requireNonNull(arrays.get(name)).floats();
    }

    private static double squares(FloatBuffer values) {
        double sum = 0;
        for (int i = 0; i < values.limit(); i++) {
            sum += (double) values.get(i) * values.get(i);
        }
        return sum;
    }

    private static void average(FloatBuffer average, FloatBuffer weights, double share) {
        for (int i = 0; i < average.limit(); i++) {
            double before = average.get(i);
            average.put(i, (float) (before + share * (weights.get(i) - before)));
        }
    }
}
