package io.adm4j.function.operations;

/**
 * What the log says of a request that has ended.
 *
 * @param path without its query
 * @param status of the response; 499: the client hung up before it
 * @param milliseconds from the request's headers to the response's end
 * @param bytes of the response
 * @param images that it asked for
 * @param client name of the client's key, or its address
 * @param leftOut lines of refused requests that were not written since the last one
 */
public record AccessLine(
        String method,
        String path,
        int status,
        long milliseconds,
        long bytes,
        int images,
        String client,
        long leftOut) {
    /** One line of text. */
    @Override
    public String toString() {
        return method + " " + path + " " + status + " " + milliseconds + " ms " + bytes + " B"
                + (images > 0 ? " images=" + images : "")
                + " client=" + client
                + (leftOut > 0 ? " (" + leftOut + " lines of refused requests left out before)" : "");
    }
}
