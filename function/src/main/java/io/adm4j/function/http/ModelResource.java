package io.adm4j.function.http;

import io.adm4j.function.service.ModelReply;
import io.adm4j.function.service.SamplingService;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** What can be asked of the function: classes, samplers, defaults and limits. The page builds its form from it. */
@Path("/model")
public class ModelResource {
    @Inject
    SamplingService sampling;

    @GET
    @NonBlocking
    @Produces(MediaType.APPLICATION_JSON)
    public ModelReply model() {
        return sampling.model();
    }
}
