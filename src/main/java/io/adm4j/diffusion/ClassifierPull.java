package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.function.IntToDoubleFunction;

/**
 * What the classifier does at one step: it moves the predicted noise by -&sigma; &middot; scale &middot; gradient.
 *
 * @param gradient float32 of the shape of x
 * @param settings scale and rescale
 */
public record ClassifierPull(Tensor gradient, GuidanceSettings settings) {
    /** Factor of the gradient. */
    public double scale() {
        return settings.scale();
    }

    /**
     * The factor that brings one image's guided noise back to the unguided one's standard deviation; 1 without rescale.
     *
     * @param image its number in the batch
     * @param length values of one image
     * @param eps the unguided noise at a place in the batch
     * @param ofGradient &sigma; &middot; scale
     */
    double rescaling(int image, int length, IntToDoubleFunction eps, double ofGradient) {
        if (settings.rescale() == 0) {
            return 1;
        }
        FloatBuffer pull = gradient.floats();
        int from = image * length;
        double plain = deviation(from, length, eps);
        double guided = deviation(from, length, i -> eps.applyAsDouble(i) - ofGradient * pull.get(i));
        // Noise without any deviation has nothing to be brought back to.
        return guided == 0 ? 1 : settings.rescale() * (plain / guided) + (1 - settings.rescale());
    }

    private static double deviation(int from, int length, IntToDoubleFunction value) {
        double sum = 0;
        for (int i = from; i < from + length; i++) {
            sum += value.applyAsDouble(i);
        }
        double mean = sum / length;
        double squares = 0;
        for (int i = from; i < from + length; i++) {
            double off = value.applyAsDouble(i) - mean;
            squares += off * off;
        }
        return Math.sqrt(squares / length);
    }
}
