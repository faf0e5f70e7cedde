package io.adm4j.function.service;

import java.time.Instant;

/**
 * A request that was suspended before its images were done.
 *
 * @param token continues it
 * @param step steps that the image which is furthest behind has taken, over all stages
 * @param steps steps of each image, over all stages
 * @param expires when the token is no longer taken
 */
public record Continuation(
        SampleQuery query, BundleInfo bundles, String token, int step, int steps, Instant expires, long milliseconds)
        implements SampleAnswer {
    @Override
    public SampleReply reply() {
        return new SampleReply(
                bundles.base().name(),
                SampleReply.Settings.of(query, bundles),
                milliseconds,
                null,
                new SampleReply.Continuation(token, step, steps, expires.toString()));
    }
}
