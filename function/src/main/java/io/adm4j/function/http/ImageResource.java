package io.adm4j.function.http;

import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SampleResult;
import io.adm4j.function.service.SamplingService;
import io.adm4j.sampling.StepListener;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;

/** The same function for browsers and {@code curl -o}: one PNG file, a grid of several images. */
@Path("/sample.png")
public class ImageResource {
    @Inject
    SamplingService sampling;

    /** Samples one file; the headers name the bundle and the seed that reproduce it. */
    @GET
    @Blocking
    public Uni<Response> sample(@Context RoutingContext request) {
        SampleQuery query = Clients.checked(request).orElseThrow().whole();
        RequestLog.images(request, query.count());
        return Clients.result(sampling.submit(query, StepListener.none()), request)
                .map(ImageResource::response);
    }

    private static Response response(SampleResult result) {
        Response.ResponseBuilder response = Response.ok(result.images().file(), "image/png")
                .header("Adm4j-Bundle", result.bundle())
                .header("Adm4j-Seed", result.query().seed())
                .header("Adm4j-Milliseconds", result.milliseconds());
        result.upsampler().ifPresent(name -> response.header("Adm4j-Upsampler", name));
        return response.build();
    }
}
