package io.adm4j.diffusion;

import io.adm4j.diffusion.SolverStep.Anchor;
import java.util.List;

/**
 * The exponential integrator behind the solvers. With h the step in &lambda; and &psi;_1 = e^h - 1, &psi;_2 = &psi;_1/h - 1,
 * &psi;_3 = &psi;_2/h - 1/2, a state follows from the one before it by a x + b (&psi;_1 m + &psi;_2 D_1 + &psi;_3 D_2), m the prediction
 * and D its finite differences. For noise a = &alpha;_t/&alpha;_s and b = -&sigma;_t; for x_0 a = &sigma;_t/&sigma;_s,
 * b = -&alpha;_t and h changes its sign (Lu et al.: "DPM-Solver++", proposition 4.1).
 */
final class OdePlan {
    private final ContinuousSchedule schedule;
    private final boolean ofX0;

    /** @param ofX0 whether x_0 is extrapolated, else the noise */
    OdePlan(ContinuousSchedule schedule, boolean ofX0) {
        this.schedule = schedule;
        this.ofX0 = ofX0;
    }

    /** @throws IllegalArgumentException if the order is none, or the evaluations are too few for it */
    static void check(int order, int evaluations) {
        if (order < 1 || order > 3) {
            throw new IllegalArgumentException("A solver's order is 1, 2 or 3, not " + order + ".");
        }
        if (evaluations < order) {
            throw new IllegalArgumentException(
                    "A solver of order " + order + " needs at least " + order + " steps, not " + evaluations + ".");
        }
    }

    double[] times(SkipType skipType, int steps) {
        return skipType.times(schedule, 1, schedule.first(), steps);
    }

    double lambda(double time) {
        return schedule.lambda(time);
    }

    SolverStep step(double time, Anchor anchor, double[] next) {
        return step(time, anchor, new double[0], next);
    }

    SolverStep step(double time, Anchor anchor, double[] correction, double[] next) {
        return new SolverStep(
                schedule.timestep(time), schedule.alpha(time), schedule.sigma(time), anchor, correction, next);
    }

    /** The step in &lambda;, with the sign that the formula takes. */
    double signedStep(double from, double to) {
        double h = schedule.lambda(to) - schedule.lambda(from);
        return ofX0 ? -h : h;
    }

    double ofState(double from, double to) {
        return ofX0 ? schedule.sigma(to) / schedule.sigma(from) : schedule.alpha(to) / schedule.alpha(from);
    }

    double ofPrediction(double to) {
        return -(ofX0 ? schedule.alpha(to) : schedule.sigma(to));
    }

    /**
     * The state at the last time from predictions at the others, the oldest first.
     *
     * @return factors of the state before, then of the predictions, the newest first
     */
    double[] multistep(double[] times) {
        int order = times.length - 1;
        double from = times[order - 1];
        double to = times[order];
        double h = signedStep(from, to);
        double a = ofState(from, to);
        double b = ofPrediction(to);
        double psi1 = StrictMath.expm1(h);
        if (order == 1) {
            return new double[] {a, b * psi1};
        }
        double step = schedule.lambda(to) - schedule.lambda(from);
        double r0 = (schedule.lambda(from) - schedule.lambda(times[order - 2])) / step;
        if (order == 2) {
            // As published: psi_1/2 in place of psi_2, which is as exact.
            double share = 0.5 / r0;
            return new double[] {a, b * psi1 * (1 + share), -b * psi1 * share};
        }
        double r1 = (schedule.lambda(times[1]) - schedule.lambda(times[0])) / step;
        double psi2 = psi1 / h - 1;
        double psi3 = psi2 / h - 0.5;
        // D_1 = d0 + (d0 - d1) r0/(r0+r1), D_2 = (d0 - d1)/(r0+r1), where d0 = (m0-m1)/r0 and d1 = (m1-m2)/r1.
        double ofD0 = psi2 * (1 + r0 / (r0 + r1)) + psi3 / (r0 + r1);
        double ofD1 = -(psi2 * r0 + psi3) / (r0 + r1);
        return new double[] {a, b * (psi1 + ofD0 / r0), b * (ofD1 / r1 - ofD0 / r0), -b * ofD1 / r1};
    }

    /** Adds the evaluations of one single-step update. */
    void singlestep(SkipType skipType, double from, double to, int order, List<SolverStep> steps) {
        double a = ofState(from, to);
        double b = ofPrediction(to);
        double h = signedStep(from, to);
        double psi1 = StrictMath.expm1(h);
        if (order == 1) {
            steps.add(step(from, Anchor.EVALUATED, new double[] {a, b * psi1}));
            return;
        }
        double[] inner = skipType.times(schedule, from, to, order);
        double r1 = signedStep(from, inner[1]) / h;
        double first = inner[1];
        double[] toFirst = {ofState(from, first), ofPrediction(first) * StrictMath.expm1(r1 * h)};
        steps.add(step(from, Anchor.EVALUATED, toFirst));
        if (order == 2) {
            double share = 0.5 / r1;
            steps.add(step(first, Anchor.KEPT, new double[] {a, b * psi1 * share, b * psi1 * (1 - share)}));
            return;
        }
        double second = inner[2];
        double r2 = signedStep(from, second) / h;
        double atSecond = StrictMath.expm1(r2 * h);
        double difference = r2 / r1 * (atSecond / (r2 * h) - 1);
        double bSecond = ofPrediction(second);
        steps.add(step(first, Anchor.KEPT, new double[] {
            ofState(from, second), bSecond * difference, bSecond * (atSecond - difference)
        }));
        double share = (psi1 / h - 1) / r2;
        steps.add(step(second, Anchor.KEPT, new double[] {a, b * share, 0, b * (psi1 - share)}));
    }
}
