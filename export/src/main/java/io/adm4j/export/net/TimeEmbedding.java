package io.adm4j.export.net;

import io.adm4j.export.graph.Value;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;

/** Timesteps as vectors: cosines, then sines, of falling frequencies; then two linear layers. */
final class TimeEmbedding {
    private static final double LONGEST_PERIOD = 10000;

    private TimeEmbedding() {}

    /**
     * The embedding of timesteps.
     *
     * @param t [N] float
     * @return [N, 4·channels]
     */
    static Value of(Layers layers, Value t, int channels) {
        Value h = layers.linear("time_embed.0", sinusoids(t, channels), 4L * channels)
                .silu();
        return layers.linear("time_embed.2", h, 4L * channels);
    }

    private static Value sinusoids(Value t, int channels) {
        int half = channels / 2;
        // The steps of the published float32 computation: at t = 1000 a difference in the last place would show.
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            float exponent = (float) -Math.log(LONGEST_PERIOD) * i / half;
            frequencies[i] = (float) Math.exp(exponent);
        }
        Value column = t.reshape(t.dim(0), 1);
        Value cosines =
                column.mul(t.graph().constant(Tensor.of(frequencies, 1, half))).cos();
        // An odd width ends in a zero: the sine of frequency 0.
        float[] more = Arrays.copyOf(frequencies, channels - half);
        Value sines =
                column.mul(t.graph().constant(Tensor.of(more, 1, more.length))).sin();
        return t.graph().concat(1, cosines, sines);
    }
}
