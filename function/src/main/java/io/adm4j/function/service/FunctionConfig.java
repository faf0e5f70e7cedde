package io.adm4j.function.service;

import io.adm4j.sampling.SamplingSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The settings of the function: {@code application.properties}, {@code -Dadm4j.device=cuda} or {@code
 * ADM4J_DEVICE=cuda}.
 */
@ConfigMapping(prefix = "adm4j")
public interface FunctionConfig {
    /**
     * The bundle: a folder, a {@code .zip}, {@code https://...#sha256=...} or {@code s3://...}; by default the folder {@code
     * bundle} beside {@code quarkus-run.jar}.
     */
    Optional<String> bundle();

    /** The bundle of an upsampler for the images, named in the same ways; by default there is none. */
    Optional<String> upsampler();

    /** Name of the model in the Open Inference Protocol; by default the bundle's. */
    Optional<String> modelName();

    /**
     * Public Ed25519 keys, of which one must have signed both bundles: a PEM file, or a key itself in PEM or base64. By default
     * any bundle is taken.
     */
    Optional<String> bundleKey();

    /**
     * Folder in which bundles from elsewhere are kept; by default {@code ~/.cache/adm4j}, or one in the directory for temporary
     * files where that cannot be written.
     */
    Optional<String> cache();

    /** How bundles are fetched. */
    Fetch fetch();

    /** Bundles in object stores. */
    S3 s3();

    /** {@code cpu} or {@code cuda}. */
    @WithDefault("cpu")
    String device();

    /** Processors that the networks use; 0 for all. */
    @WithDefault("0")
    int threads();

    /** Images in one step of a network; 0 for the size that is found efficient at the start. */
    @WithDefault("0")
    int batchSize();

    /** Requests that may be under way at the same time; further ones are refused with 503. */
    @WithDefault("64")
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

    /** Secret text with which continuation tokens are signed, the same in all replicas; without it there are no tokens. */
    Optional<String> tokenKey();

    /** How long a continuation token is taken. */
    @WithDefault("24H")
    Duration tokenLifetime();

    /** How long a request may take. */
    Deadline deadline();

    /** How the function stops. */
    Drain drain();

    /** Limits of one request. */
    Limit limit();

    /** Defaults of a request. */
    Standard standard();

    /** See {@link #fetch()}. */
    interface Fetch {
        /** How long a connection may take to be made. */
        @WithDefault("10S")
        Duration connectTimeout();

        /** How long a connection may be silent. */
        @WithDefault("30S")
        Duration readTimeout();

        /** How long all of a bundle may take. */
        @WithDefault("10M")
        Duration longest();

        /** Attempts in a row that may bring nothing new. */
        @WithDefault("3")
        int tries();
    }

    /** See {@link #s3()}. */
    interface S3 {
        /** Address of another store than Amazon's. */
        Optional<String> endpoint();
    }

    /** See {@link #limit()}. */
    interface Limit {
        /** Images in one request. */
        @WithDefault("100")
        int count();

        /** Denoising steps of one image, in each stage. */
        @WithDefault("250")
        int steps();

        /** Estimated seconds of one request, if it were alone. */
        @WithDefault("600")
        int seconds();
    }

    /** See {@link #deadline()}. */
    interface Deadline {
        /** Of a request that names none. */
        @WithDefault("300S")
        Duration standard();

        /** The longest that a request may name. */
        @WithDefault("1H")
        Duration most();
    }

    /** See {@link #drain()}. */
    interface Drain {
        /** How long requests are still taken after SIGTERM, while readiness is down and the news spreads. */
        @WithDefault("0S")
        Duration delay();

        /** How long accepted requests may go on after that; what is left then gets 503 and a token. */
        @WithDefault("20S")
        Duration grace();
    }

    /** See {@link #standard()}. */
    interface Standard {
        /** Denoising steps, as in a request; by default the bundle's, else {@value SamplingSettings#DEFAULT_STEPS}. */
        Optional<String> steps();

        /** Denoising steps of the upsampler, as in a request. */
        @WithDefault(SamplingSettings.DEFAULT_STEPS)
        String upsamplerSteps();

        /**
         * Strength of the classifier guidance, not used where the bundle has no classifier; by default the bundle's, else 1.
         */
        OptionalDouble classifierScale();
    }
}
