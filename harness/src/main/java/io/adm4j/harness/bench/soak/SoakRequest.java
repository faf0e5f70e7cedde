package io.adm4j.harness.bench.soak;

import java.util.SplittableRandom;

/**
 * A request of the mix; it depends on the seed and its number alone.
 *
 * @param door by which it comes
 * @param first seed of its first image
 * @param count of its images
 * @param hangUpMillis after which the client closes the connection; 0: never
 * @param deadlineMillis of the answer; 0: none is named
 * @param maxSteps after which it is suspended and continued with a token; 0: never
 */
record SoakRequest(
        Door door, SoakSampling sampling, int first, int count, int hangUpMillis, int deadlineMillis, int maxSteps) {
    /** Images are of seeds from 0 to below this. */
    static final int SEEDS = 12;

    /** How a request comes and is answered. */
    enum Door {
        GET,
        POST,
        PNG,
        STREAM
    }

    private static final int MOST_COUNT = 8;

    /** The request of a number. */
    static SoakRequest of(long seed, int number) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
        Door door = Door.values()[random.nextInt(Door.values().length)];
        int count = door == Door.PNG ? 1 : 1 + random.nextInt(MOST_COUNT);
        int kind = random.nextInt(20);
        SoakSampling sampling = SoakSampling.ALL.get(random.nextInt(SoakSampling.ALL.size()));
        return new SoakRequest(
                door,
                sampling,
                random.nextInt(SEEDS - count + 1),
                count,
                kind < 2 ? 1 + random.nextInt(3000) : 0,
                kind >= 2 && kind < 5 ? 50 + random.nextInt(5000) : 0,
                kind >= 5 && kind < 8 && door == Door.POST ? 1 + random.nextInt(sampling.steps()) : 0);
    }

    /** The bytes of the request as text. */
    String message() {
        return switch (door) {
            case GET -> get("/sample?");
            case PNG -> get("/sample.png?");
            case STREAM -> get("/sample/stream?");
            case POST ->
                post("{" + sampling.json(first, count)
                        + (deadlineMillis > 0 ? ", \"deadlineMs\": " + deadlineMillis : "")
                        + (maxSteps > 0 ? ", \"maxSteps\": " + maxSteps : "") + "}");
        };
    }

    /** The request that goes on where a token says. */
    String continued(String token) {
        return post("{\"token\": \"" + token + "\"" + (maxSteps > 0 ? ", \"maxSteps\": " + maxSteps : "") + "}");
    }

    private String get(String path) {
        return "GET " + path + sampling.query(first, count)
                + (deadlineMillis > 0 ? "&deadlineMs=" + deadlineMillis : "") + " HTTP/1.1\r\nHost: localhost\r\n"
                + "Connection: close\r\n\r\n";
    }

    private static String post(String body) {
        return "POST /sample HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
