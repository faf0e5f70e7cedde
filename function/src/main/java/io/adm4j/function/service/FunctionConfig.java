package io.adm4j.function.service;

import io.adm4j.sampling.SamplingSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/**
 * The settings of the function: {@code application.properties}, {@code -Dadm4j.device=cuda} or {@code
 * ADM4J_DEVICE=cuda}.
 */
@ConfigMapping(prefix = "adm4j")
public interface FunctionConfig {
    /** Folder of the bundle; by default the folder {@code bundle} beside {@code quarkus-run.jar}. */
    Optional<String> bundle();

    /** Folder of the bundle of an upsampler for the images; by default there is none. */
    Optional<String> upsampler();

    /** Name of the model in the Open Inference Protocol; by default the bundle's. */
    Optional<String> modelName();

    /**
     * Public Ed25519 keys, of which one must have signed both bundles: a PEM file, or a key itself in PEM or base64. By default
     * any bundle is taken.
     */
    Optional<String> bundleKey();

    /** {@code cpu} or {@code cuda}. */
    @WithDefault("cpu")
    String device();

    /** Threads within one operator of the network; 0 for all cores. */
    @WithDefault("0")
    int threads();

    /** Images in one batch; a larger request is split. */
    @WithDefault("16")
    int batchSize();

    /** Images in one batch of the upsampler: fewer, since they are larger. */
    @WithDefault("4")
    int upsamplerBatchSize();

    /** Requests that sample at the same time. */
    @WithDefault("1")
    int parallel();

    /** Requests that may wait; further ones are refused with 503. */
    @WithDefault("16")
    int queue();

    /** {@code text} or {@code json}: the form of the log's lines. */
    @WithDefault("text")
    String log();

    /** Whether the log has a line for each request. */
    @WithDefault("true")
    boolean accessLog();

    /** API keys, {@code name:key} or a key each, joined by commas; without any, and without a file, everybody may sample. */
    Optional<String> apiKeys();

    /** A file of API keys, one a line, which is read again when it changes. */
    Optional<String> apiKeysFile();

    /** Requests that one client may have under way at once; 0: any number. */
    @WithDefault("0")
    int clientLimit();

    /** Limits of one request. */
    Limit limit();

    /** Defaults of a request. */
    Standard standard();

    /** See {@link #limit()}. */
    interface Limit {
        /** Images in one request. */
        @WithDefault("100")
        int count();

        /** Denoising steps of one image, in each stage. */
        @WithDefault("250")
        int steps();
    }

    /** See {@link #standard()}. */
    interface Standard {
        /** Denoising steps, as in a request. */
        @WithDefault(SamplingSettings.DEFAULT_STEPS)
        String steps();

        /** Denoising steps of the upsampler, as in a request. */
        @WithDefault(SamplingSettings.DEFAULT_STEPS)
        String upsamplerSteps();

        /** Strength of the classifier guidance; not used where the bundle has no classifier. */
        @WithDefault("1")
        double classifierScale();
    }
}
