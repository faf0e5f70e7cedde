package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSettingsTest {
    private static final TrainingSettings SETTINGS =
            new TrainingSettings(32, 8, 1e-3, 0.05, 100, 5000, List.of(0.9, 0.999), 1L << 40, true);

    @Test
    void jsonHasThePublishedNames() throws IOException {
        JsonNode expected = new ObjectMapper().readTree("""
                {"batch_size": 32, "microbatch": 8, "lr": 1e-3, "weight_decay": 0.05, "lr_warmup_steps": 100,
                 "lr_anneal_steps": 5000, "seed": 1099511627776, "flip": true, "ema_rate": [0.9, 0.999]}
                """);

        assertEquals(expected.toString(), SETTINGS.toJson(new ObjectMapper()).toString());
        assertEquals(SETTINGS, TrainingSettings.fromJson(expected));
    }

    @Test
    void scheduleHasTheLearningRateOfTheSettings() {
        assertEquals(new LearningRateSchedule(1e-3, 100, 5000), SETTINGS.schedule());
    }
}
