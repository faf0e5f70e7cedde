package io.adm4j.function.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.function.service.JsonFields;
import io.adm4j.function.service.Refusal;
import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SamplingService;
import io.adm4j.sampling.StepListener;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The function {@code sample}: the event is a JSON object with the fields of a request. */
public class LambdaFunction {
    @Inject
    SamplingService sampling;

    /**
     * Why there are no images.
     *
     * @param error one sentence
     * @param reason the reason's name, such as {@code bad_input} or {@code deadline}
     */
    public record Failure(String error, String reason) {}

    /**
     * Samples images.
     *
     * @param event see {@link SampleQuery}; null for an invocation without one
     * @return a {@link io.adm4j.function.service.SampleReply}, or a {@link Failure}: an exception would reach the caller with a
     *     stack trace
     */
    @Funq
    public Object sample(@Nullable JsonNode event) {
        try {
            SampleQuery query = sampling.check(JsonFields.of(event, "The event"));
            return sampling.sample(query, StepListener.none()).reply();
        } catch (Refusal e) {
            return new Failure(e.message(), e.reason().name().toLowerCase(Locale.ROOT));
        }
    }
}
