package io.adm4j.function.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.StepState;
import io.adm4j.feedback.Quoted;
import io.adm4j.function.service.Refusal;
import io.adm4j.function.service.SampleAnswer;
import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SamplingService;
import io.adm4j.function.service.Submission;
import io.adm4j.io.PngWriter;
import io.adm4j.sampling.PixelScale;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The function as a stream of server-sent events: {@code progress} after steps, {@code preview} with predictions of x_0, and
 * last {@code done} with the answer of {@code /sample}, or {@code error}. Closing the connection ends the work.
 */
@ApplicationScoped
public class SampleStream {
    /** Fields besides those of all requests. */
    static final List<String> FIELDS = List.of("previewEvery");

    private static final int USUAL_STRIDE = 5;
    private static final int LARGEST_STRIDE = 1000;

    /** Steps of the second stage count from here. */
    private static final int FIRST_STAGE = 1 << 20;

    @Inject
    SamplingService sampling;

    @Inject
    HttpErrors errors;

    @Inject
    ObjectMapper json;

    void install(@Observes Router router) {
        router.get(SampleDoor.STREAM).handler(this::stream);
    }

    private void stream(RoutingContext request) {
        Map<String, String> fields = new HashMap<>();
        request.queryParams().forEach(field -> fields.put(field.getKey(), field.getValue()));
        int stride = stride(fields.remove(FIELDS.get(0)));
        SampleQuery query = sampling.check(Clients.fields(fields, request));
        RequestLog.images(request, query.count());
        Events events = new Events(request.response(), Vertx.currentContext(), query.count(), stride);
        Submission<SampleAnswer> submission = sampling.submit(query, events);
        request.response()
                .setChunked(true)
                .putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-store")
                // Proxies that collect answers would hold events back.
                .putHeader("X-Accel-Buffering", "no")
                .write(": adm4j\n\n");
        request.addEndHandler(sent -> {
            if (sent.failed()) {
                submission.cancel();
            }
        });
        submission.answer().whenComplete(events::last);
    }

    private static int stride(@Nullable String text) {
        if (text == null) {
            return USUAL_STRIDE;
        }
        try {
            int stride = Integer.parseInt(text.strip());
            if (stride >= 0 && stride <= LARGEST_STRIDE) {
                return stride;
            }
        } catch (NumberFormatException e) {
            // The same sentence serves what is no number and what is out of range.
        }
        throw Refusal.badInput("previewEvery must be a whole number from 0 (no previews) to " + LARGEST_STRIDE
                + ", not " + Quoted.of(text) + ".");
    }

    /** The events of one request. Steps are reported by the scheduler's threads; all is written by the connection's. */
    private final class Events implements StepListener {
        private final HttpServerResponse response;
        private final Context context;
        private final int stride;
        private final int[] done;
        private int reported;

        Events(HttpServerResponse response, Context context, int count, int stride) {
            this.response = response;
            this.context = context;
            this.stride = stride;
            this.done = new int[count];
        }

        @Override
        public boolean afterStep(int image, int stage, StepState state) {
            progress(image, stage, state);
            if (stride > 0 && (state.step() + 1) % stride == 0 && !state.last() && !response.writeQueueFull()) {
                Tensor x0 = state.predictedX0();
                Tensor copy = Tensor.of(x0.toFloatArray(), x0.shape());
                ObjectNode preview = json.createObjectNode()
                        .put("image", image)
                        .put("stage", stage == 0 ? "base" : "upsampler")
                        .put("step", state.step() + 1)
                        .put("steps", state.steps());
                context.<byte[]>executeBlocking(() -> png(copy), true)
                        .onSuccess(png -> write(
                                "preview",
                                preview.put("png", Base64.getEncoder().encodeToString(png))));
            }
            return true;
        }

        private byte[] png(Tensor x0) {
            Tensor pixels = PixelScale.toBytes(x0);
            return PngWriter.encode(pixels.reshape(pixels.dim(1), pixels.dim(2), pixels.dim(3)));
        }

        /** Reports the image that is furthest behind, once for each of its steps. */
        private synchronized void progress(int image, int stage, StepState state) {
            int before = stage == 0 ? 0 : FIRST_STAGE;
            done[image] = before + state.step() + 1;
            int least = Integer.MAX_VALUE;
            for (int steps : done) {
                least = Math.min(least, steps);
            }
            if (least > reported) {
                reported = least;
                ObjectNode progress = json.createObjectNode()
                        .put("stage", least > FIRST_STAGE ? "upsampler" : "base")
                        .put("step", least > FIRST_STAGE ? least - FIRST_STAGE : least)
                        .put("steps", state.steps());
                context.runOnContext(v -> write("progress", progress));
            }
        }

        void last(@Nullable SampleAnswer answer, @Nullable Throwable failure) {
            // Queued, since what is known at once would overtake the events that wait for this connection's thread.
            context.<String>executeBlocking(() -> lastEvent(answer, failure), true)
                    .onSuccess(event -> context.runOnContext(v -> end(event)));
        }

        private void end(String event) {
            if (!response.closed()) {
                response.end(event);
            }
        }

        private String lastEvent(@Nullable SampleAnswer answer, @Nullable Throwable failure)
                throws JsonProcessingException {
            if (answer != null) {
                return event("done", json.writeValueAsString(answer.reply()));
            }
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return event(
                    "error",
                    errors.body(
                                    cause instanceof Refusal refusal
                                            ? HttpException.of(refusal)
                                            : HttpException.failed("The function failed; its log says why."))
                            .toString());
        }

        private void write(String name, ObjectNode data) {
            if (!response.closed() && !response.ended()) {
                response.write(event(name, data.toString()));
            }
        }

        private static String event(String name, String data) {
            return "event: " + name + "\ndata: " + data + "\n\n";
        }
    }
}
