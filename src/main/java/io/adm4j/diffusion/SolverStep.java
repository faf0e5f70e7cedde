package io.adm4j.diffusion;

/**
 * One evaluation of a solver and the update after it, both linear in what is known. The <em>anchor</em> is the state from which
 * the present update starts; predictions are those of the evaluations so far, the newest first.
 *
 * @param timestep of the whole process at which the networks are evaluated
 * @param alpha of x_0 in x_t there
 * @param sigma of the noise in x_t there
 * @param anchor what the anchor becomes after the evaluation
 * @param correction where it is corrected: factor of the old anchor, then of each prediction
 * @param next factor of the anchor in the next state, then of each prediction
 */
record SolverStep(double timestep, double alpha, double sigma, Anchor anchor, double[] correction, double[] next) {
    /** Where an update starts. */
    enum Anchor {
        /** At the state that was evaluated. */
        EVALUATED,
        /** At the old anchor, corrected by the evaluation. */
        CORRECTED,
        /** At the old anchor: the evaluated state was an intermediate one. */
        KEPT
    }
}
