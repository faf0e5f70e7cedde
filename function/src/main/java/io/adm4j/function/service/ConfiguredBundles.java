package io.adm4j.function.service;

import io.adm4j.bundle.BundleKey;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.source.BundleSource;
import io.adm4j.fetch.Downloader;
import io.adm4j.function.store.S3Store;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Opens the bundles that the settings name, wherever they are. */
final class ConfiguredBundles {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final FunctionConfig config;
    private final BundleSource source;

    /**
     * Reads the settings.
     *
     * @throws ConfigurationException if one cannot be
     * @throws io.adm4j.feedback.UserError if the key is none
     */
    ConfiguredBundles(FunctionConfig config) {
        this.config = config;
        FunctionConfig.Fetch fetch = config.fetch();
        require("adm4j.fetch.connect-timeout", fetch.connectTimeout());
        require("adm4j.fetch.read-timeout", fetch.readTimeout());
        require("adm4j.fetch.longest", fetch.longest());
        if (fetch.tries() < 1) {
            throw new ConfigurationException("adm4j.fetch.tries must be at least 1, not " + fetch.tries() + ".");
        }
        this.source = new BundleSource(
                given(config.cache()).map(folder -> path(folder, "cache")),
                new Downloader.Patience(
                        fetch.tries(), PAUSE, fetch.connectTimeout(), fetch.readTimeout(), fetch.longest()),
                given(config.bundleKey()).map(text -> BundleKey.of(text, "adm4j.bundle-key")),
                Optional.of(new S3Store(
                        given(config.s3().endpoint()).map(ConfiguredBundles::endpoint),
                        fetch.connectTimeout(),
                        fetch.readTimeout(),
                        fetch.tries())));
    }

    /**
     * The bundle that samples: that of {@code adm4j.bundle}, else the folder {@code bundle} beside the jar or program that runs.
     *
     * @throws ConfigurationException if there is none
     * @throws io.adm4j.feedback.UserError if it cannot be fetched or used
     */
    ModelBundle base() {
        String location = given(config.bundle())
                .orElseGet(() -> BundleFolder.besideApplication().toString());
        requireFolder(location, "bundle", "the folder or address of one");
        return source.open(location);
    }

    /**
     * The bundle that upsamples, if the settings name one.
     *
     * @throws ConfigurationException if it is not there
     * @throws io.adm4j.feedback.UserError if it cannot be fetched or used
     */
    Optional<ModelBundle> upsampler() {
        return given(config.upsampler()).map(location -> {
            requireFolder(location, "upsampler", "the folder or address of one, or to nothing for none");
            return source.open(location);
        });
    }

    private static Optional<String> given(Optional<String> setting) {
        return setting.filter(text -> !text.isBlank());
    }

    private static void requireFolder(String location, String setting, String remedy) {
        path(location, setting);
        if (BundleSource.isFolder(location) && !Files.isRegularFile(Path.of(location.strip(), "model.json"))) {
            throw new ConfigurationException("There is no bundle in "
                    + Path.of(location).toAbsolutePath()
                    + " (no model.json): set ADM4J_" + setting.toUpperCase(Locale.ROOT) + " or -Dadm4j." + setting
                    + " to "
                    + remedy + ".");
        }
    }

    private static Path path(String text, String setting) {
        try {
            return Path.of(text.strip());
        } catch (InvalidPathException e) {
            throw new ConfigurationException(
                    "adm4j." + setting + " cannot be the name of a file or folder: " + e.getReason() + ".");
        }
    }

    private static URI endpoint(String text) {
        try {
            URI uri = URI.create(text.strip());
            if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("https?")) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // No address, as below.
        }
        throw new ConfigurationException("adm4j.s3.endpoint must be an address such as https://host:9000.");
    }

    private static void require(String setting, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new ConfigurationException(setting + " must be longer than nothing, such as 30S.");
        }
    }
}
