package io.adm4j.function.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The templates in infra/lambda fit AWS SAM and the build. */
class LambdaTemplatesTest {
    private static final Path FOLDER = InfraFiles.INFRA.resolve("lambda");
    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(SchemaLocation.of("classpath:schemas/sam.json"));

    private static JsonNode template(String name) {
        return InfraFiles.documents(FOLDER.resolve(name)).get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip.yaml", "image.yaml"})
    void fitsItsSchema(String name) {
        JsonNode template = template(name);
        assertEquals(Set.of(), SCHEMA.validate(template));

        ((ObjectNode) template.at("/Resources/Sample/Properties")).put("Memory", 1);
        assertFalse(SCHEMA.validate(template).isEmpty());
    }

    @Test
    void zipIsTheOneThatIsBuilt() {
        JsonNode function = template("zip.yaml").at("/Resources/Sample/Properties");
        Map<String, String> settings = Settings.byVariable();

        assertEquals("function/lambda/target/function.zip", inRepository(function.path("CodeUri")));
        assertTrue(InfraFiles.text(InfraFiles.ROOT.resolve("function/lambda/pom.xml"))
                .contains("<artifactId>quarkus-funqy-amazon-lambda</artifactId>"));
        function.at("/Environment/Variables")
                .fieldNames()
                .forEachRemaining(name -> assertTrue(settings.containsKey(name), name));
    }

    @Test
    void layerBringsTheBundle() {
        JsonNode resources = template("zip.yaml").path("Resources");
        String bundle = resources
                .at("/Sample/Properties/Environment/Variables/ADM4J_BUNDLE")
                .asText();
        String content = inRepository(resources.at("/Bundle/Properties/ContentUri"));

        assertEquals("Bundle", resources.at("/Sample/Properties/Layers/0").asText());
        assertTrue(bundle.startsWith("/opt/"), bundle);
        assertTrue(Files.exists(InfraFiles.ROOT
                .resolve(content)
                .resolve(bundle.substring("/opt/".length()))
                .resolve("model.json")));
    }

    @Test
    void imageIsThatOfTheDockerfile() {
        JsonNode sample = template("image.yaml").at("/Resources/Sample");
        String dockerfile = InfraFiles.text(
                InfraFiles.ROOT.resolve(sample.at("/Metadata/Dockerfile").asText()));
        String handler =
                template("zip.yaml").at("/Resources/Sample/Properties/Handler").asText();

        assertEquals("", inRepository(sample.at("/Metadata/DockerContext")));
        assertTrue(dockerfile.contains("CMD [\"" + handler + "\"]"), handler);
    }

    private static String inRepository(JsonNode path) {
        return InfraFiles.ROOT
                .toAbsolutePath()
                .normalize()
                .relativize(FOLDER.toAbsolutePath().resolve(path.asText()).normalize())
                .toString();
    }
}
