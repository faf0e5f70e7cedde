package io.adm4j.restoration;

import io.adm4j.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/** A linear operator A = U S V&#7488; that turns an image into what was measured of it; instances never change. */
public interface Degradation {
    /**
     * What is measured of images, A x.
     *
     * @param images float32 {@code [N, C, H, W]}; not modified
     * @return float32 {@code [N, ...]}
     */
    Tensor measure(Tensor images);

    /**
     * The smallest images that give these measurements, A&#8314; y.
     *
     * @param measured as {@link #measure} gives it; not modified
     * @return float32 {@code [N, C, H, W]}
     */
    Tensor pseudoInverse(Tensor measured);

    /**
     * The transposed operator, A&#7488; y.
     *
     * @param measured as {@link #measure} gives it; not modified
     * @return float32 {@code [N, C, H, W]}
     */
    Tensor transpose(Tensor measured);

    /**
     * Scales the parts of images that belong to each singular value, V f(s) V&#7488; x.
     *
     * @param images float32 {@code [N, C, H, W]}, overwritten
     * @param factor of a singular value; 0 for what is not measured
     */
    void scale(Tensor images, DoubleUnaryOperator factor);

    /**
     * Images from their parts, V f(s) p, of which each belongs to one singular value.
     *
     * @param parts float32 {@code [N, C, H, W]}, overwritten with the images
     * @param factor of a singular value; 0 for what is not measured
     */
    void compose(Tensor parts, DoubleUnaryOperator factor);
}
