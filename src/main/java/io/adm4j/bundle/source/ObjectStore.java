package io.adm4j.bundle.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads from a store of objects such as S3.
 *
 * <p>May be used from several threads at once.
 */
public interface ObjectStore {
    /**
     * What names the present content of an object, and changes with it.
     *
     * @return empty if there is no such object
     * @throws IOException if the store cannot be reached, or refuses
     */
    Optional<String> version(String bucket, String key) throws IOException;

    /**
     * Reads an object.
     *
     * @return empty if there is no such object; otherwise to be closed by the caller
     * @throws IOException if the store cannot be reached, or refuses
     */
    Optional<InputStream> read(String bucket, String key) throws IOException;
}
