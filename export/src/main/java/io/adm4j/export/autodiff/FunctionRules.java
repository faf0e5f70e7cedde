package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.Value;
import java.util.List;
import java.util.Map;

/** Elementary functions and activations. */
final class FunctionRules {
    private FunctionRules() {}

    /** y = exp x: dx = dy·y. */
    static void exp(BackwardContext s) {
        s.give(0, s.dy().mul(s.y()));
    }

    /** y = log x: dx = dy/x. */
    static void log(BackwardContext s) {
        s.give(0, s.dy().div(s.x(0)));
    }

    /** y = √x: dx = dy/(2y). */
    static void sqrt(BackwardContext s) {
        s.give(0, s.dy().div(s.y().mul(2)));
    }

    /** y = sin x: dx = dy·cos x. */
    static void sin(BackwardContext s) {
        s.give(0, s.dy().mul(s.x(0).cos()));
    }

    /** y = cos x: dx = -dy·sin x. */
    static void cos(BackwardContext s) {
        s.give(0, s.dy().mul(s.x(0).sin()).neg());
    }

    /** y = tanh x: dx = dy·(1 - y²). */
    static void tanh(BackwardContext s) {
        s.give(0, s.dy().mul(s.y().like(1).sub(s.y().mul(s.y()))));
    }

    /** y = 1/(1 + exp(-x)): dx = dy·y·(1 - y). */
    static void sigmoid(BackwardContext s) {
        s.give(0, s.dy().mul(s.y().mul(s.y().like(1).sub(s.y()))));
    }

    /** y = max(x, 0): dx = dy where x is positive, else 0. */
    static void relu(BackwardContext s) {
        s.give(0, s.x(0).greater(s.y().like(0)).where(s.dy(), s.dy().like(0)));
    }

    /** y = x·σ, with σ = sigmoid(αx): dx = dy·(αy + σ·(1 - αy)). */
    static void quickGelu(BackwardContext s) {
        float alpha = s.node().real("alpha", 1.702f);
        if (s.kernels() == Kernels.TRAINING) {
            s.give(
                    0,
                    s.graph()
                            .node(
                                    "QuickGeluGrad",
                                    Node.MICROSOFT,
                                    List.of(s.dy(), s.x(0)),
                                    Map.of("alpha", alpha),
                                    s.x(0).type(),
                                    s.x(0).shape()));
            return;
        }
        Value sigma = scaled(s.x(0), alpha).sigmoid();
        Value scaledY = scaled(s.y(), alpha);
        s.give(0, s.dy().mul(scaledY.add(sigma.mul(s.y().like(1).sub(scaledY)))));
    }

    /** y = softmax x over the last axis: dx = y·(dy - Σ dy·y). */
    static void softmax(BackwardContext s) {
        requireLastAxis(s);
        Value inner = s.dy().mul(s.y()).reduceSum(true, s.y().rank() - 1);
        s.give(0, s.y().mul(s.dy().sub(inner)));
    }

    /** y = log softmax x over the last axis: dx = dy - exp(y)·Σ dy. */
    static void logSoftmax(BackwardContext s) {
        requireLastAxis(s);
        Value total = s.dy().reduceSum(true, s.y().rank() - 1);
        s.give(0, s.dy().sub(s.y().exp().mul(total)));
    }

    private static void requireLastAxis(BackwardContext s) {
        long axis = s.node().integer("axis", -1);
        if (axis != -1 && axis != s.y().rank() - 1) {
            throw s.unsupported("it is not over the last axis");
        }
    }

    private static Value scaled(Value v, float alpha) {
        return alpha == 1 ? v : v.mul(alpha);
    }
}
