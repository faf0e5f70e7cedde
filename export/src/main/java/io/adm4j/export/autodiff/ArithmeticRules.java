package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Value;
import java.util.Arrays;

/** Elementwise arithmetic with broadcasting: gradients are summed over what broadcasting repeated. */
final class ArithmeticRules {
    private ArithmeticRules() {}

    /** y = a + b: da = dy, db = dy. */
    static void add(BackwardContext s) {
        giveSummed(s, 0, s.dy());
        giveSummed(s, 1, s.dy());
    }

    /** y = a - b: da = dy, db = -dy. */
    static void sub(BackwardContext s) {
        giveSummed(s, 0, s.dy());
        if (s.wants(1)) {
            s.give(1, s.dy().sumTo(s.x(1).shape()).neg());
        }
    }

    /** y = a·b: da = dy·b, db = dy·a. */
    static void mul(BackwardContext s) {
        for (int i = 0; i < 2; i++) {
            if (s.wants(i)) {
                Value other = s.x(1 - i);
                boolean perChannel =
                        ChannelProducts.isFactor(s.x(i), s.dy()) && Arrays.equals(other.shape(), s.dy().shape());
                giveSummed(s, i, perChannel ? ChannelProducts.of(s, s.dy(), other) : s.dy().mul(other));
            }
        }
    }

    /** y = a/b: da = dy/b, db = -dy·y/b. */
    static void div(BackwardContext s) {
        Value quotient = s.dy().div(s.x(1));
        giveSummed(s, 0, quotient);
        if (s.wants(1)) {
            s.give(1, quotient.mul(s.y()).sumTo(s.x(1).shape()).neg());
        }
    }

    /** y = -x: dx = -dy. */
    static void neg(BackwardContext s) {
        s.give(0, s.dy().neg());
    }

    /** y = 1/x: dx = -dy·y². */
    static void reciprocal(BackwardContext s) {
        s.give(0, s.dy().mul(s.y()).mul(s.y()).neg());
    }

    /** y = max(a, b): dy goes to the larger, to a where they are equal. */
    static void max(BackwardContext s) {
        if (s.node().inputs().size() != 2) {
            throw s.unsupported("it has " + s.node().inputs().size() + " inputs, not 2");
        }
        Value second = s.x(0).less(s.x(1));
        giveChosen(s, second, 1, 0);
    }

    /** y = c ? a : b: da = c ? dy : 0, db = c ? 0 : dy. */
    static void where(BackwardContext s) {
        giveChosen(s, s.x(0), 1, 2);
    }

    /** Between floating-point types: dx = dy in the type of x. */
    static void cast(BackwardContext s) {
        s.give(0, s.dy().cast(s.x(0).type()));
    }

    /** y = x: dx = dy. */
    static void identity(BackwardContext s) {
        s.give(0, s.dy());
    }

    private static void giveSummed(BackwardContext s, int input, Value gradient) {
        if (s.wants(input)) {
            s.give(input, gradient.sumTo(s.x(input).shape()));
        }
    }

    private static void giveChosen(BackwardContext s, Value condition, int chosen, int other) {
        Value zero = s.dy().like(0);
        if (s.wants(chosen)) {
            giveSummed(s, chosen, condition.where(s.dy(), zero));
        }
        if (s.wants(other)) {
            giveSummed(s, other, condition.where(zero, s.dy()));
        }
    }
}
