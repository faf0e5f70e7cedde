package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.function.Pixels;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** The function on grayscale models: its PNG files have one channel. */
@QuarkusTest
@TestProfile(ChannelsTest.Gray.class)
class ChannelsTest {
    private static final int SMALL = 4;
    private static final int LARGE = 8;

    /** A model and an upsampler of images with one channel. */
    public static class Gray implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "gray");
                List<String> classes = List.of("shirt", "bag");
                TinyBundle.write(folder.resolve("base"), SMALL, 1, true, classes);
                TinyBundle.writeUpsampler(folder.resolve("upsampler"), SMALL, LARGE, 1, false, classes.size());
                return Map.of(
                        "adm4j.bundle", folder.resolve("base").toString(),
                        "adm4j.upsampler", folder.resolve("upsampler").toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void everyFormIsGrayscale() throws IOException {
        String settings = "label=bag&steps=2&upsamplerSteps=2&seed=3";
        byte[] one = given().when()
                .get("/sample.png?" + settings)
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
        assertGray(one, LARGE);
        String inJson = given().when()
                .get("/sample?" + settings)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getString("pictures[0].png");
        Pixels.of(one).assertSame(Pixels.ofBase64(inJson));
        assertGray(Base64.getDecoder().decode(inJson), LARGE);
        byte[] grid = given().when()
                .get("/sample.png?count=4&upsample=false&" + settings.replace("&upsamplerSteps=2", ""))
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
        assertGray(grid, 2 * SMALL + 3 * 2);
    }

    private static void assertGray(byte[] png, int size) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        assertEquals(BufferedImage.TYPE_BYTE_GRAY, image.getType());
        assertEquals(size, image.getWidth());
        assertEquals(size, image.getHeight());
    }
}
