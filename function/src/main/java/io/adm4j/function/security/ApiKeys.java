package io.adm4j.function.security;

import io.adm4j.function.service.FunctionConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The API keys, of the setting {@code adm4j.api-keys} and the file {@code adm4j.api-keys-file}. The file is read again when it
 * changes; if it cannot be read then, the keys stay as they were. Without either setting everybody may sample.
 */
@Singleton
public class ApiKeys {
    private static final Logger LOG = Logger.getLogger(ApiKeys.class);
    /** How often the file is looked at. */
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final List<ApiKey> fixed;
    private final Optional<Path> file;
    private final AtomicLong looked = new AtomicLong(System.nanoTime());
    private volatile @Nullable Stamp stamp;
    private volatile List<ApiKey> keys;

    /** What changes with a file's content. */
    private record Stamp(long modified, long size, @Nullable Object identity) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(is.lastModifiedTime().toMillis(), is.size(), is.fileKey());
        }
    }

    @Inject
    ApiKeys(FunctionConfig config) {
        this(
                config.apiKeys().map(keys -> List.of(keys.split(","))).orElse(List.of()),
                config.apiKeysFile().filter(name -> !name.isBlank()));
    }

    /**
     * @param entries {@code name:key} or a key each
     * @param file with one entry a line
     * @throws ConfigurationException if an entry is malformed, the file cannot be read, or there is a setting without a key
     */
    ApiKeys(List<String> entries, Optional<String> file) {
        this.file = file.map(Path::of);
        try {
            fixed = ApiKey.parse(entries);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("In adm4j.api-keys " + e.getMessage());
        }
        try {
            keys = all();
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The file of adm4j.api-keys-file, " + file.orElseThrow()
                            + ", cannot be read: set ADM4J_API_KEYS_FILE or -Dadm4j.api-keys-file to a file with one NAME:KEY a line.");
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("In the file of adm4j.api-keys-file " + e.getMessage());
        }
        if (required() && keys.isEmpty()) {
            throw new ConfigurationException(
                    "adm4j.api-keys-file has no key in it: write one NAME:KEY a line, or leave the"
                            + " setting out to let everybody sample.");
        }
    }

    /** Whether a key is needed. */
    public boolean required() {
        return file.isPresent() || !fixed.isEmpty();
    }

    /** How many keys there are. */
    public int count() {
        return keys.size();
    }

    /** Whose key it is; empty for a key that does not exist. */
    public Optional<String> client(String key) {
        refresh();
        byte[] presented = ApiKey.sha256(key);
        Optional<String> client = Optional.empty();
        for (ApiKey known : keys) {
            // All of them, so that the time does not say which.
            if (known.matches(presented)) {
                client = Optional.of(known.client());
            }
        }
        return client;
    }

    private void refresh() {
        long last = looked.get();
        long now = System.nanoTime();
        if (file.isEmpty() || now - last < INTERVAL || !looked.compareAndSet(last, now)) {
            return;
        }
        try {
            if (!Stamp.of(file.get()).equals(stamp)) {
                keys = all();
                LOG.infof("The file of API keys has changed: %d keys now.", keys.size());
            }
        } catch (IOException e) {
            if (stamp != null) {
                stamp = null;
                LOG.warn("The file of API keys cannot be read any more: the keys stay as they were.");
            }
        } catch (IllegalArgumentException e) {
            LOG.warnf("The file of API keys has changed, but %s The keys stay as they were.", e.getMessage());
        }
    }

    private List<ApiKey> all() throws IOException {
        List<ApiKey> all = new ArrayList<>(fixed);
        if (file.isPresent()) {
            // Before reading: a change in between is then seen the next time.
            stamp = Stamp.of(file.get());
            all.addAll(ApiKey.parse(Files.readAllLines(file.get())));
        }
        return List.copyOf(all);
    }
}
