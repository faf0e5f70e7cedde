package io.adm4j.restoration;

import io.adm4j.tensor.Tensor;

/** A linear operator A that turns an image into what was measured of it; instances never change. */
public interface Degradation {
    /**
     * What is measured of images, A x.
     *
     * @param images float32 {@code [N, C, H, W]}; not modified
     * @return float32 {@code [N, ...]}
     */
    Tensor measure(Tensor images);

    /**
     * The transposed operator, A&#7488; y.
     *
     * @param measured as {@link #measure} gives it; not modified
     * @return float32 {@code [N, C, H, W]}
     */
    Tensor transpose(Tensor measured);

    /**
     * The measurement that damaged images hold, as files have them.
     *
     * @param damaged float32 {@code [N, C, H, W]}, of the measurement's height and width; not modified
     * @return float32 {@code [N, ...]}
     */
    Tensor read(Tensor damaged);

    /**
     * A measurement as an image of the whole size to look at, 0 where nothing is known.
     *
     * @param measured as {@link #measure} gives it; not modified
     * @return float32 {@code [N, C, H, W]}
     */
    Tensor show(Tensor measured);
}
