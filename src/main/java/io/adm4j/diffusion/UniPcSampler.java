package io.adm4j.diffusion;

import io.adm4j.diffusion.SolverStep.Anchor;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * UniPC (Zhao et al.: "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of Diffusion Models", 2023), which extrapolates
 * x_0 by the multistep method and corrects each state by the evaluation at its prediction, so that the corrector costs
 * nothing. A step is one evaluation of the networks; timesteps lie between the trained ones; no noise is added.
 *
 * @param diffusion the whole process
 * @param evaluations of the networks, at least the order
 * @param order 1 to 3
 * @param thresholding of x_0
 * @param variant the function B(h) of the paper's section 3.2
 */
public record UniPcSampler(
        GaussianDiffusion diffusion,
        int evaluations,
        int order,
        SkipType skipType,
        Thresholding thresholding,
        Variant variant)
        implements Sampler {
    /** B(h), with h negative as x_0 is extrapolated. */
    public enum Variant {
        /** B(h) = h. */
        BH1,
        /** B(h) = e^h - 1. */
        BH2
    }

    /** @throws IllegalArgumentException if the order is none, or the evaluations are too few for it */
    public UniPcSampler {
        OdePlan.check(order, evaluations);
    }

    @Override
    public ReverseRun resume(int step, Tensor x, List<Tensor> memory, NoiseSource noise) {
        List<SolverStep> steps = steps();
        SolverUpdate update = new SolverUpdate(
                steps, SolverUpdate.Prediction.X0, thresholding, diffusion.config(), order, step, memory);
        return ReverseRun.ofSolver(diffusion, steps, update, step, x, noise);
    }

    private List<SolverStep> steps() {
        OdePlan plan = new OdePlan(diffusion.continuous(), true);
        double[] times = plan.times(skipType, evaluations);
        List<SolverStep> steps = new ArrayList<>();
        for (int i = 0; i < evaluations; i++) {
            double[] next = update(plan, times, i + 1, false);
            steps.add(
                    i == 0
                            ? plan.step(times[i], Anchor.EVALUATED, next)
                            : plan.step(times[i], Anchor.CORRECTED, update(plan, times, i, true), next));
        }
        return steps;
    }

    /** The order falls at the last states, as in the published code. */
    private int orderAt(int state) {
        return Math.min(Math.min(order, state), evaluations + 1 - state);
    }

    /**
     * The state at a time from the state before it.
     *
     * @param corrects whether the prediction at the state itself is known
     * @return factors of the state before, then of the predictions, the newest first
     */
    private double[] update(OdePlan plan, double[] times, int state, boolean corrects) {
        int now = orderAt(state);
        double from = times[state - 1];
        double to = times[state];
        double h = plan.signedStep(from, to);
        double step = plan.lambda(to) - plan.lambda(from);
        double psi1 = StrictMath.expm1(h);
        double ofDifferences = variant == Variant.BH1 ? h : psi1;
        double b = plan.ofPrediction(to);
        double[] nodes = new double[corrects ? now : now - 1];
        for (int k = 1; k < now; k++) {
            nodes[k - 1] = (plan.lambda(times[state - 1 - k]) - plan.lambda(from)) / step;
        }
        if (corrects) {
            nodes[now - 1] = 1;
        }
        double[] weights = weights(nodes, h, psi1, ofDifferences);
        int shift = corrects ? 1 : 0;
        double[] factors = new double[1 + now + shift];
        factors[0] = plan.ofState(from, to);
        factors[1 + shift] = b * psi1;
        for (int k = 0; k < nodes.length; k++) {
            double factor = b * ofDifferences * weights[k] / nodes[k];
            boolean atState = corrects && k == now - 1;
            factors[atState ? 1 : 2 + shift + k] += factor;
            factors[1 + shift] -= factor;
        }
        return factors;
    }

    /**
     * The weights of the differences to the predictions at some nodes, which make the update exact for polynomials.
     *
     * @param nodes where the predictions are, in units of the step
     */
    private static double[] weights(double[] nodes, double h, double psi1, double ofDifferences) {
        int count = nodes.length;
        if (count == 1) {
            // As published, for one difference alone.
            return new double[] {0.5};
        }
        double[][] rows = new double[count][count + 1];
        double psi = psi1 / h - 1;
        double factorial = 1;
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < count; k++) {
                rows[i][k] = StrictMath.pow(nodes[k], i);
            }
            rows[i][count] = psi * factorial / ofDifferences;
            factorial *= i + 2;
            psi = psi / h - 1 / factorial;
        }
        return solve(rows);
    }

    /** Gaussian elimination with partial pivots of at most three equations. */
    private static double[] solve(double[][] rows) {
        int count = rows.length;
        for (int column = 0; column < count; column++) {
            int pivot = column;
            for (int row = column + 1; row < count; row++) {
                if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) {
                    pivot = row;
                }
            }
            double[] top = rows[pivot];
            rows[pivot] = rows[column];
            rows[column] = top;
            for (int row = 0; row < count; row++) {
                double factor = rows[row][column] / top[column];
                for (int k = column; row != column && k <= count; k++) {
                    rows[row][k] -= factor * top[k];
                }
            }
        }
        double[] result = new double[count];
        for (int i = 0; i < count; i++) {
            result[i] = rows[i][count] / rows[i][i];
        }
        return result;
    }
}
