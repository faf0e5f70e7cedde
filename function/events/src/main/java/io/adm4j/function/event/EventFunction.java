package io.adm4j.function.event;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.function.service.JsonFields;
import io.adm4j.function.service.Refusal;
import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SamplingService;
import io.adm4j.sampling.StepListener;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.funqy.knative.events.CloudEventBuilder;
import io.quarkus.funqy.knative.events.CloudEventMapping;
import jakarta.inject.Inject;
import java.util.UUID;

/** Answers an event of type {@value #REQUEST} with one of type {@value #IMAGES} or {@value #REFUSED}. */
public class EventFunction {
    /** Type of events that ask for images; their data are the fields of a request. */
    static final String REQUEST = "io.adm4j.sample";
    /** Type of events with the images; their data are the answer of {@code /sample}. */
    static final String IMAGES = "io.adm4j.images";
    /** Type of events that say why there are none; their data are {@code {"error": "one sentence"}}. */
    static final String REFUSED = "io.adm4j.refused";

    @Inject
    SamplingService sampling;

    /** The data of an event of type {@value #REFUSED}. */
    public record Failure(String error) {}

    /**
     * Samples images.
     *
     * @throws Refusal for reasons that may pass: the response is then 503, after which a broker sends the event again
     */
    @Funq("event")
    @CloudEventMapping(trigger = REQUEST)
    public CloudEvent<Object> sample(CloudEvent<JsonNode> event) {
        try {
            SampleQuery query = sampling.check(JsonFields.of(event.data(), "The data of the event"));
            return reply(
                    event, IMAGES, sampling.sample(query, StepListener.none()).reply());
        } catch (Refusal e) {
            return switch (e.reason()) {
                case BAD_INPUT, TOO_MUCH_WORK, FAILED -> reply(event, REFUSED, new Failure(e.message()));
                case CLIENT_LIMIT, BUSY, DEADLINE, STOPPING, CANCELLED -> throw e;
            };
        }
    }

    /** The subject is the id of the event that is answered. */
    private CloudEvent<Object> reply(CloudEvent<?> event, String type, Object data) {
        return CloudEventBuilder.create()
                .id(UUID.randomUUID().toString())
                .type(type)
                .source("adm4j/" + sampling.bundles().base().name())
                .subject(event.id())
                .build(data);
    }
}
