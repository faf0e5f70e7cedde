package io.adm4j.function.http;

import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SampleResult;
import io.adm4j.function.service.SamplingService;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.HashMap;
import java.util.Map;

/** The same function for browsers and {@code curl -o}: one PNG file, a grid of several images. */
@Path("/sample.png")
public class ImageResource {
    @Inject
    SamplingService sampling;

    /** Samples one file; the headers name the bundle and the seed that reproduce it. */
    @GET
    @Blocking
    public Response sample(@Context UriInfo uri, @Context RoutingContext request) {
        Map<String, String> fields = new HashMap<>();
        uri.getQueryParameters().forEach((name, values) -> fields.put(name, values.get(0)));
        SampleQuery query = sampling.check(fields);
        RequestLog.images(request, query.count());
        SampleResult result = sampling.sample(query, request.response()::closed);
        Response.ResponseBuilder response = Response.ok(result.file(), "image/png")
                .header("Adm4j-Bundle", result.bundle())
                .header("Adm4j-Seed", query.seed())
                .header("Adm4j-Milliseconds", result.milliseconds());
        result.upsampler().ifPresent(name -> response.header("Adm4j-Upsampler", name));
        return response.build();
    }
}
