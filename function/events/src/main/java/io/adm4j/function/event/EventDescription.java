package io.adm4j.function.event;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/** Adds the path of events to the description at {@code /q/openapi}. */
@OpenApiFilter(OpenApiFilter.RunStage.RUNTIME_STARTUP)
public class EventDescription implements OASFilter {
    @Override
    public void filterOpenAPI(OpenAPI api) {
        Operation operation = OASFactory.createOperation()
                .operationId("event")
                .addTag("sampling")
                .summary("Samples images for a CloudEvent.")
                .description("An event of type " + EventFunction.REQUEST + ", binary or structured, whose data are the"
                        + " fields of /sample. The reply is an event in the same form, of type " + EventFunction.IMAGES
                        + " or " + EventFunction.REFUSED + ".")
                .requestBody(OASFactory.createRequestBody().required(true).content(content("SampleRequest")))
                .responses(responses());
        for (String attribute : List.of("ce-id", "ce-source", "ce-type", "ce-specversion")) {
            operation.addParameter(OASFactory.createParameter()
                    .name(attribute)
                    .in(Parameter.In.HEADER)
                    .description("Attribute of a binary event.")
                    .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING)));
        }
        api.getPaths().addPathItem("/", OASFactory.createPathItem().POST(operation));
    }

    private static APIResponses responses() {
        APIResponses responses = OASFactory.createAPIResponses()
                .addAPIResponse(
                        "200",
                        OASFactory.createAPIResponse().description("The reply.").content(content("SampleReply")));
        for (String status : List.of("400", "401", "406", "408", "413", "415", "429", "500", "503")) {
            responses.addAPIResponse(
                    status, OASFactory.createAPIResponse().ref("#/components/responses/Error" + status));
        }
        return responses;
    }

    private static Content content(String data) {
        MediaType binary =
                OASFactory.createMediaType().schema(OASFactory.createSchema().ref("#/components/schemas/" + data));
        return OASFactory.createContent()
                .addMediaType("application/json", binary)
                .addMediaType(
                        "application/cloudevents+json",
                        OASFactory.createMediaType()
                                .schema(OASFactory.createSchema().addType(Schema.SchemaType.OBJECT)));
    }
}
