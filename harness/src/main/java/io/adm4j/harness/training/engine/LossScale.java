package io.adm4j.harness.training.engine;

import io.adm4j.export.recipe.TrainingMode;
import java.util.OptionalDouble;

/** The scale of the loss in mixed precision, which keeps small gradients within the range of float16. */
final class LossScale {
    private final double growth;
    private double lg;

    /** @param saved of the checkpoint, if it has one */
    LossScale(TrainingMode.LossScaling scaling, OptionalDouble saved) {
        this.growth = scaling.growth();
        this.lg = saved.orElse(scaling.first());
    }

    /** Base-2 logarithm. */
    double lg() {
        return lg;
    }

    double factor() {
        return Math.pow(2, lg);
    }

    /** After a step whose gradients were finite. */
    void grow() {
        lg += growth;
    }

    /** After a step whose gradients were not. */
    void halve() {
        lg--;
    }
}
