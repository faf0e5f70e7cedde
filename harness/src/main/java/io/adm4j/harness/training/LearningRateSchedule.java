package io.adm4j.harness.training;

/**
 * The learning rate of each optimizer step: linear warm-up from 0, then linear annealing to 0, as in the published
 * trainers ({@code lr_anneal_steps}).
 *
 * @param base learning rate after the warm-up and before the annealing; above 0
 * @param warmupSteps steps over which the rate grows linearly to {@code base}; 0 starts with {@code base}
 * @param annealSteps step at which the rate has fallen linearly to 0; 0 keeps it constant
 */
record LearningRateSchedule(double base, long warmupSteps, long annealSteps) {

    /**
     * The learning rate of one step.
     *
     * @param step counted from 0
     * @return at least 0
     */
    double at(long step) {
        double warmup = step < warmupSteps ? (step + 1.0) / warmupSteps : 1;
        double annealing = annealSteps > 0 ? Math.max(0, 1 - (double) step / annealSteps) : 1;
        return base * warmup * annealing;
    }
}
