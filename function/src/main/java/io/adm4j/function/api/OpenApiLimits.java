package io.adm4j.function.api;

import io.adm4j.function.service.FunctionConfig;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.smallrye.config.SmallRyeConfig;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Schema;

/** Puts the limits and defaults of this function's settings into the description of its fields. */
@OpenApiFilter(OpenApiFilter.RunStage.RUNTIME_STARTUP)
public class OpenApiLimits implements OASFilter {
    @Override
    public void filterOpenAPI(OpenAPI api) {
        FunctionConfig config =
                ConfigProvider.getConfig().unwrap(SmallRyeConfig.class).getConfigMapping(FunctionConfig.class);
        Map<String, Schema> schemas = Objects.requireNonNull(api.getComponents().getSchemas());
        schema(schemas, "count").setMaximum(BigDecimal.valueOf(config.limit().count()));
        schema(schemas, "steps").setDefaultValue(config.standard().steps().orElse(SamplingSettings.DEFAULT_STEPS));
        schema(schemas, "upsamplerSteps").setDefaultValue(config.standard().upsamplerSteps());
        schema(schemas, "classifierScale")
                .setDefaultValue(config.standard().classifierScale().orElse(1));
        BigDecimal longest = BigDecimal.valueOf(config.deadline().most().toMillis());
        schema(schemas, "budgetMs").setMaximum(longest);
        schema(schemas, "deadlineMs").setMaximum(longest);
        schema(schemas, "deadlineMs")
                .setDefaultValue(config.deadline().standard().toMillis());
        List<Object> samplers = Arrays.stream(SamplerKind.values())
                .map(kind -> (Object) kind.key())
                .toList();
        schema(schemas, "sampler").setEnumeration(samplers);
        schema(schemas, "upsamplerSampler").setEnumeration(samplers);
    }

    private static Schema schema(Map<String, Schema> schemas, String field) {
        return Objects.requireNonNull(schemas.get(field));
    }
}
