package io.adm4j.function.inference;

import io.adm4j.feedback.Quoted;
import io.adm4j.function.http.Clients;
import io.adm4j.function.http.HttpException;
import io.adm4j.function.http.RequestLog;
import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SamplingService;
import io.adm4j.sampling.StepListener;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The REST form of the Open Inference Protocol. There is one model, and one version of it, named by the bundle's digest. */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
public class InferenceResource {
    /** Enough of the digest to tell versions apart. */
    private static final int VERSION_LENGTH = 12;

    private static final String BINARY_EXTENSION = "binary_tensor_data";

    @Inject
    SamplingService sampling;

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
        requireModel(name);
        return new ModelMetadata(
                name,
                List.of(version()),
                "onnxruntime_onnx",
                ModelTensors.inputs(),
                ModelTensors.outputs(sampling.bundles()));
    }

    /** The same, by version. */
    @GET
    @Path("/models/{name}/versions/{version}")
    @NonBlocking
    public ModelMetadata model(@PathParam("name") String name, @PathParam("version") String version) {
        requireModel(name);
        requireVersion(version);
        return model(name);
    }

    /** Whether the model is loaded. */
    @GET
    @Path("/models/{name}/ready")
    @NonBlocking
    public Response ready(@PathParam("name") String name) {
        requireModel(name);
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
        requireModel(name);
        requireVersion(version);
        return ready(name);
    }

    /** Samples images. */
    @POST
    @Path("/models/{name}/infer")
    @Produces({MediaType.APPLICATION_JSON, InferenceDoor.BINARY})
    @Blocking
    public Uni<Response> infer(@PathParam("name") String name, @Context RoutingContext http) {
        requireModel(name);
        byte[] body = http.body().buffer() == null
                ? new byte[0]
                : http.body().buffer().getBytes();
        InferenceRequest request = InferenceRequest.read(body, http.request().getHeader(InferenceRequest.JSON_LENGTH));
        SampleQuery query = sampling.check(Clients.fields(request.fields(), http), request.keys())
                .whole();
        RequestLog.images(http, query.count());
        List<InferenceRequest.Output> outputs = InferenceResponse.outputs(request, query);
        return Clients.result(sampling.submit(query, StepListener.none()), http)
                .map(result -> answer(InferenceResponse.of(name, version(), request, outputs, result)));
    }

    private static Response answer(InferenceResponse response) {
        Response.ResponseBuilder answer =
                Response.ok(response.body(), response.binary() ? InferenceDoor.BINARY : MediaType.APPLICATION_JSON);
        if (response.binary()) {
            answer.header(InferenceRequest.JSON_LENGTH, response.jsonLength());
        }
        return answer.build();
    }

    /** The same, by version. */
    @POST
    @Path("/models/{name}/versions/{version}/infer")
    @Produces({MediaType.APPLICATION_JSON, InferenceDoor.BINARY})
    @Blocking
    public Uni<Response> infer(
            @PathParam("name") String name, @PathParam("version") String version, @Context RoutingContext http) {
        requireModel(name);
        requireVersion(version);
        return infer(name, http);
    }

    private Response answer(Map<String, ?> state) {
        return Response.status(sampling.ready() ? 200 : 503).entity(state).build();
    }

    private String version() {
        return sampling.bundles().images().digest().substring(0, VERSION_LENGTH);
    }

    private void requireModel(String name) {
        if (!name.equals(sampling.modelName())) {
            throw HttpException.notFound(
                    "There is no model " + Quoted.of(name) + ": this one is " + sampling.modelName() + ".");
        }
    }

    private void requireVersion(String version) {
        if (!version.equals(version())) {
            throw HttpException.notFound("There is no version " + Quoted.of(version) + " of " + sampling.modelName()
                    + ": this one is " + version() + ".");
        }
    }
}
