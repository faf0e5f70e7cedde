package io.adm4j.diffusion;

import io.adm4j.diffusion.SolverStep.Anchor;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Solvers of the probability-flow ODE of order 1 to 3: DPM-Solver (Lu et al., 2022), which extrapolates the predicted noise, and
 * DPM-Solver++ (Lu et al., 2022), which extrapolates the predicted x_0. Order 1 is DDIM. With guidance the predicted noise
 * moves by -&sigma; &middot; scale &middot; gradient.
 *
 * <p>A step is one evaluation of the networks; those of the single-step method between two states count too. Timesteps lie
 * between the trained ones. No noise is added.
 *
 * @param diffusion the whole process
 * @param plusPlus whether x_0 is extrapolated
 * @param evaluations of the networks, at least the order
 * @param order 1 to 3
 * @param singlestep whether evaluations between two states give the higher order, instead of those at earlier states
 * @param thresholding of x_0
 */
public record DpmSolver(
        GaussianDiffusion diffusion,
        boolean plusPlus,
        int evaluations,
        int order,
        boolean singlestep,
        SkipType skipType,
        Thresholding thresholding)
        implements Sampler {
    /** With fewer evaluations the order falls at the last states, as in the published code. */
    private static final int FEW = 10;

    /** @throws IllegalArgumentException if the order is none, or the evaluations are too few for it */
    public DpmSolver {
        OdePlan.check(order, evaluations);
    }

    @Override
    public ReverseRun resume(int step, Tensor x, List<Tensor> memory, NoiseSource noise) {
        List<SolverStep> steps = steps();
        SolverUpdate.Prediction kind = plusPlus ? SolverUpdate.Prediction.X0 : SolverUpdate.Prediction.NOISE;
        SolverUpdate update = new SolverUpdate(steps, kind, thresholding, diffusion.config(), order - 1, step, memory);
        return ReverseRun.ofSolver(diffusion, steps, update, step, x, noise);
    }

    private List<SolverStep> steps() {
        OdePlan plan = new OdePlan(diffusion.continuous().clipped(), plusPlus);
        return singlestep ? singleSteps(plan) : multiSteps(plan);
    }

    private List<SolverStep> multiSteps(OdePlan plan) {
        double[] times = plan.times(skipType, evaluations);
        List<SolverStep> steps = new ArrayList<>();
        for (int i = 0; i < evaluations; i++) {
            int now = Math.min(order, i + 1);
            if (evaluations < FEW) {
                now = Math.min(now, evaluations - i);
            }
            double[] next = plan.multistep(Arrays.copyOfRange(times, i + 1 - now, i + 2));
            steps.add(plan.step(times[i], Anchor.EVALUATED, next));
        }
        return steps;
    }

    private List<SolverStep> singleSteps(OdePlan plan) {
        int[] orders = orders();
        double[] outer = skipType == SkipType.LOG_SNR
                ? plan.times(skipType, orders.length)
                : ends(plan.times(skipType, evaluations), orders);
        List<SolverStep> steps = new ArrayList<>();
        for (int i = 0; i < orders.length; i++) {
            plan.singlestep(skipType, outer[i], outer[i + 1], orders[i], steps);
        }
        return steps;
    }

    /** The orders of the states, which use up all evaluations. */
    private int[] orders() {
        int rest = evaluations % order;
        int[] orders = new int[evaluations / order + (rest == 0 && order < 3 ? 0 : 1)];
        Arrays.fill(orders, order);
        if (rest > 0) {
            orders[orders.length - 1] = rest;
        } else if (order == 3) {
            orders[orders.length - 2] = 2;
            orders[orders.length - 1] = 1;
        }
        return orders;
    }

    private static double[] ends(double[] times, int[] orders) {
        double[] ends = new double[orders.length + 1];
        ends[0] = times[0];
        int place = 0;
        for (int i = 0; i < orders.length; i++) {
            place += orders[i];
            ends[i + 1] = times[place];
        }
        return ends;
    }
}
