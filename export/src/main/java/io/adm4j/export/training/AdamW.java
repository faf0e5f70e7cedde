package io.adm4j.export.training;

/**
 * Settings of AdamW with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization"), as
 * PyTorch computes it: p ← p - lr·weightDecay·p - lr·m̂/(√v̂ + epsilon).
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment
 * @param weightDecay at least 0
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay) {

    /** The published trainers' settings for a given weight decay. */
    public static AdamW withWeightDecay(double weightDecay) {
        return new AdamW(0.9, 0.999, 1e-8, weightDecay);
    }
}
