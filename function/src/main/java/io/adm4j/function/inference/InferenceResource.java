package io.adm4j.function.inference;

import io.adm4j.function.service.SamplingService;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The REST form of the Open Inference Protocol: what the server and its model are. {@link InferenceRoute} samples. */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
public class InferenceResource {
    private static final String BINARY_EXTENSION = "binary_tensor_data";

    @Inject
    SamplingService sampling;

    @Inject
    ServedModel served;

    @Inject
    @ConfigProperty(name = "quarkus.application.version")
    String release;

    /** What the server is. */
    @GET
    @NonBlocking
    public Map<String, Object> server() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", "adm4j");
        metadata.put("version", release);
        metadata.put("extensions", List.of(BINARY_EXTENSION));
        return metadata;
    }

    /** Whether the server answers at all. */
    @GET
    @Path("/health/live")
    @NonBlocking
    public Map<String, Boolean> live() {
        return Map.of("live", true);
    }

    /** Whether the model is loaded and the function does not stop. */
    @GET
    @Path("/health/ready")
    @NonBlocking
    public Response ready() {
        Map<String, Boolean> state = new LinkedHashMap<>();
        state.put("live", true);
        state.put("ready", sampling.ready());
        return answer(state);
    }

    /** What the model takes and gives. */
    @GET
    @Path("/models/{name}")
    @NonBlocking
    public ModelMetadata model(@PathParam("name") String name) {
        served.requireName(name);
        return new ModelMetadata(
                name,
                List.of(served.version()),
                "onnxruntime_onnx",
                ModelTensors.inputs(),
                ModelTensors.outputs(sampling.bundles()));
    }

    /** The same, by version. */
    @GET
    @Path("/models/{name}/versions/{version}")
    @NonBlocking
    public ModelMetadata model(@PathParam("name") String name, @PathParam("version") String version) {
        served.requireName(name);
        served.requireVersion(version);
        return model(name);
    }

    /** Whether the model is loaded. */
    @GET
    @Path("/models/{name}/ready")
    @NonBlocking
    public Response ready(@PathParam("name") String name) {
        served.requireName(name);
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("name", name);
        state.put("ready", sampling.ready());
        return answer(state);
    }

    /** The same, by version. */
    @GET
    @Path("/models/{name}/versions/{version}/ready")
    @NonBlocking
    public Response ready(@PathParam("name") String name, @PathParam("version") String version) {
        served.requireName(name);
        served.requireVersion(version);
        return ready(name);
    }

    private Response answer(Map<String, ?> state) {
        return Response.status(sampling.ready() ? 200 : 503).entity(state).build();
    }
}
