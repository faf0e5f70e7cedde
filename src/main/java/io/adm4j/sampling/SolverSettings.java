package io.adm4j.sampling;

import io.adm4j.diffusion.SkipType;

/**
 * How a solver of the probability-flow ODE works.
 *
 * @param order 1 to 3; 1 is DDIM
 * @param method where further evaluations are taken
 * @param skipType how the times are spaced
 */
public record SolverSettings(int order, SolverMethod method, SkipType skipType) {
    /** The settings unless others are chosen. */
    public static final SolverSettings STANDARD = new SolverSettings(2, SolverMethod.MULTISTEP, SkipType.TIME_UNIFORM);

    /** @throws SampleRequestException if the order is none */
    public SolverSettings {
        if (order < 1 || order > 3) {
            throw new SampleRequestException(RequestField.SOLVER_ORDER, "must be 1, 2 or 3, not " + order);
        }
    }
}
