package io.adm4j.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiffusionConfigTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void flagsSurviveARoundTrip() throws IOException {
        JsonNode published = JSON.readTree("""
                {"learn_sigma": true, "diffusion_steps": 400, "noise_schedule": "cosine", "timestep_respacing": "20",
                 "use_kl": true, "predict_xstart": true, "rescale_timesteps": true, "rescale_learned_sigmas": true,
                 "sigma_small": true}""");
        assertEquals(published, DiffusionConfig.fromJson(published).toJson());
        assertEquals(DiffusionConfig.defaults(), DiffusionConfig.fromJson(JSON.createObjectNode()));
        JsonNode defaults = DiffusionConfig.defaults().toJson();
        assertEquals(defaults, DiffusionConfig.fromJson(defaults).toJson());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"learn_sigma\": 1}",
                "{\"diffusion_steps\": \"many\"}",
                "{\"diffusion_steps\": 0}",
                "{\"diffusion_steps\": 10}",
                "{\"noise_schedule\": \"square\"}",
                "{\"timestep_respacing\": [1]}",
                "{\"timestep_respacing\": \"ddim300\"}"
            })
    void wrongFlagsAreReportedInOneSentence(String json) {
        String message = assertThrows(UserError.class, () -> DiffusionConfig.fromJson(JSON.readTree(json)))
                .getMessage();
        assertTrue(message.endsWith("."), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ddim0; No even stride takes exactly 0 of this model's 1000 timesteps: use from 1 to 1000.",
                "ddim300; use ddim250 or ddim334, or 300 alone",
                "ddim; is no respacing",
                "1,,2; is no respacing",
                "-5; is no respacing",
                "0; keeps no timestep",
                "600,10; 500 in each of 2 sections, fewer than 600"
            })
    void impossibleRespacingsAreReportedInOneSentence(String spec, String mark) {
        String message = assertThrows(UserError.class, () -> TimestepRespacing.parse(spec, 1000))
                .getMessage();
        assertTrue(message.contains(mark) && message.endsWith("."), message);
    }

    @Test
    void anEmptyRespacingKeepsAll() {
        assertEquals(1000, TimestepRespacing.parse("", 1000).length);
        assertArrayEquals(new int[] {0, 3, 6, 9}, TimestepRespacing.parse("ddim4", 10));
        assertArrayEquals(new int[] {0, 4, 5, 9}, TimestepRespacing.parse(" 2, 2", 10));
    }

    @Test
    void networksSeeRescaledTimestepsWhereTheProcessSaysSo() {
        DiffusionConfig plain = new DiffusionConfig(false, 4000, "cosine", "ddim4", false, false, false, false, false);
        DiffusionConfig rescaled =
                new DiffusionConfig(false, 4000, "cosine", "ddim4", false, false, true, false, false);
        assertEquals(3000f, new GaussianDiffusion(plain).networkTimestep(3));
        assertEquals(750f, new GaussianDiffusion(rescaled).networkTimestep(3));
    }

    /** As published: a stride as long as the process is not tried. */
    @Test
    void strideAndSectionEndsAreAsPublished() {
        assertThrows(UserError.class, () -> TimestepRespacing.parse("ddim1", 1000));
        assertArrayEquals(new int[] {0, 500}, TimestepRespacing.parse("ddim2", 1000));
        assertArrayEquals(new int[] {0, 500}, TimestepRespacing.parse("1,1", 1000));
        assertArrayEquals(new int[] {0, 2, 3, 4}, TimestepRespacing.parse("2,2", 5));
    }
}
