package io.adm4j.function;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/**
 * What can be set from outside: {@code application.properties}, {@code -Dadm4j.device=cuda} or {@code
 * ADM4J_DEVICE=cuda}.
 */
@ConfigMapping(prefix = "adm4j")
public interface FunctionConfig {
    /** Folder of the bundle; by default the folder {@code bundle} beside {@code quarkus-run.jar}. */
    Optional<String> bundle();

    /** Folder of the bundle of an upsampler that enlarges the images; by default there is none. */
    Optional<String> upsampler();

    /** {@code cpu} or {@code cuda}. */
    @WithDefault("cpu")
    String device();

    /** Threads within one operator of the network; 0 leaves the choice to the runtime (all cores). */
    @WithDefault("0")
    int threads();

    /** Images that go through the network at once; a longer request is cut up. */
    @WithDefault("16")
    int batchSize();

    /** Images that go through the upsampler at once: fewer, since they are larger. */
    @WithDefault("4")
    int upsamplerBatchSize();

    /** Requests that sample at the same time. */
    @WithDefault("1")
    int parallel();

    /** Requests that wait for their turn; one more is turned away with 503. */
    @WithDefault("16")
    int queue();

    /** The most that one request may ask for. */
    Limit limit();

    /** What a request gets that does not say. */
    Standard standard();

    /** See {@link #limit()}. */
    interface Limit {
        /** Images in one request. */
        @WithDefault("100")
        int count();

        /** Denoising steps of one image; of the upsampler as many again. */
        @WithDefault("250")
        int steps();
    }

    /** See {@link #standard()}. */
    interface Standard {
        /** Denoising steps, as in a request. */
        @WithDefault("25")
        String steps();

        /** Denoising steps of the upsampler, as in a request. */
        @WithDefault("25")
        String upsamplerSteps();

        /** Strength of the classifier guidance; without effect where the bundle has no classifier. */
        @WithDefault("1")
        double classifierScale();
    }
}
