package io.adm4j.export.net;

import io.adm4j.tensor.ElementType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The floating-point type in which the denoising UNet is computed and stored. Inputs, outputs and the weights given to it
 * are float32 in any case.
 */
public enum Precision {
    /** float32 everywhere. */
    FP32(ElementType.FLOAT32, null),

    /** Computed in float32, as {@link #FP32}, from weights that are stored as float16: half the file for a rounding of 2^-11. */
    FP16_WEIGHTS(ElementType.FLOAT32, ElementType.FLOAT16),

    /**
     * As the published conversion ({@code use_fp16}): activations between the first input block and the last output block
     * are float16, and so are the convolutions there, those of attention too. Normalization, softmax, the embeddings of
     * timestep and label and the output layer stay float32.
     *
     * <p>The linear layers by which the embedding reaches the blocks compute in float32 as published, but their weights are
     * stored as float16 too: they are a tenth of a large network, and a file of half the size is what this precision is for.
     *
     * <p>Classifiers have no such form: the gradients by pixels that guidance needs are below the range of float16, and the published default for them is float32 too.
     */
    FP16(ElementType.FLOAT16, null);

    private final ElementType torso;
    private final @Nullable ElementType stored;

    Precision(ElementType torso, @Nullable ElementType stored) {
        this.torso = torso;
        this.stored = stored;
    }

    /** The type of activations and weights between the first input block and the last output block. */
    ElementType torso() {
        return torso;
    }

    /** The type in which all weights of layers are stored; null for the one in which each is used. */
    @Nullable
    ElementType stored() {
        return stored;
    }

    /** As command lines and manifests write it: {@code fp32}, {@code fp16-weights}, {@code fp16}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
