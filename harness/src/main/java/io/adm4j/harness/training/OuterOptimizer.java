package io.adm4j.harness.training;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * The outer optimizer of DiLoCo (Douillard et al. 2023, algorithm 1, lines 12 to 14, and section 2): gradient descent with Nesterov
 * momentum on the average of what the workers' weights differ by,
 *
 * <pre>
 * Δ = 1/W Σ (θ - θ_w)      the outer gradient: weights before the round less those of worker w after it
 * v ← μ v + Δ
 * θ ← θ - η (Δ + μ v)
 * </pre>
 *
 * <p>in the form of PyTorch's SGD with {@code nesterov}. Sums are in float64 and in the order of the workers; weights and momentum are
 * kept as float32.
 *
 * @param rate η, above 0
 * @param momentum μ, in [0, 1)
 */
record OuterOptimizer(double rate, double momentum) {

    /**
     * Takes one step.
     *
     * @param weights [L] before the round; modified: those after it
     * @param velocity [L] v, zeros before the first step; modified
     * @param workers [L] each: the weights of every worker after the round; not modified
     * @return the sum of the squares of the outer gradient
     */
    double step(FloatBuffer weights, FloatBuffer velocity, List<FloatBuffer> workers) {
        double squares = 0;
        for (int i = 0; i < weights.limit(); i++) {
            double before = weights.get(i);
            double sum = 0;
            for (FloatBuffer worker : workers) {
                sum += before - worker.get(i);
            }
            double gradient = sum / workers.size();
            double v = momentum * velocity.get(i) + gradient;
            velocity.put(i, (float) v);
            weights.put(i, (float) (before - rate * (gradient + momentum * v)));
            squares += gradient * gradient;
        }
        return squares;
    }
}
