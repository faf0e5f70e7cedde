package io.adm4j.restoration;

import io.adm4j.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/** A degradation whose singular value decomposition A = U S V&#7488; is known. */
public interface DecomposedDegradation extends Degradation {
    /**
     * The smallest images that give these measurements, A&#8314; y.
     *
     * @param measured as {@link #measure} gives it; not modified
     * @return float32 {@code [N, C, H, W]}
     */
    Tensor pseudoInverse(Tensor measured);

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

    @Override
    default Tensor show(Tensor measured) {
        return pseudoInverse(measured);
    }
}
