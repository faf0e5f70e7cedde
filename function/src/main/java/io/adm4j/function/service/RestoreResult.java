package io.adm4j.function.service;

import io.adm4j.io.PngWriter;
import java.util.stream.IntStream;

/**
 * The results of a request to restore an image.
 *
 * @param bundle name of the bundle that restored it
 * @param milliseconds time spent, without waiting
 */
public record RestoreResult(RestoreQuery query, String bundle, ImageBatch images, long milliseconds) {
    /** Each result as a PNG file, with the settings that reproduce it. */
    public RestoreReply reply() {
        return new RestoreReply(
                bundle,
                query.settings(),
                milliseconds,
                IntStream.range(0, query.count())
                        .mapToObj(i -> new RestoreReply.Image(
                                query.seedOf(i),
                                PngWriter.encode(images.single().get(i))))
                        .toList());
    }
}
