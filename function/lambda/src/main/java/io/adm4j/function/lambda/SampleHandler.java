package io.adm4j.function.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.funqy.lambda.FunqyStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * What Lambda calls: Funqy's handler, with the time that Lambda leaves as the request's deadline. A request that would take
 * longer is answered with a sentence before Lambda ends the process.
 */
public class SampleHandler implements RequestStreamHandler {
    private static final String DEADLINE = "deadlineMs";
    /** What it takes to write the answer. */
    private static final int MARGIN_MILLIS = 500;

    private static final JsonMapper JSON = new JsonMapper();

    private final RequestStreamHandler funqy;

    /** For Lambda; starts the function. */
    public SampleHandler() {
        this(new FunqyStreamHandler());
    }

    SampleHandler(RequestStreamHandler funqy) {
        this.funqy = funqy;
    }

    @Override
    public void handleRequest(InputStream event, OutputStream answer, Context context) throws IOException {
        JsonNode fields = JSON.readTree(event);
        if (fields instanceof ObjectNode object && !object.hasNonNull(DEADLINE)) {
            object.put(DEADLINE, Math.max(1, context.getRemainingTimeInMillis() - MARGIN_MILLIS));
        }
        funqy.handleRequest(new ByteArrayInputStream(JSON.writeValueAsBytes(fields)), answer, context);
    }
}
