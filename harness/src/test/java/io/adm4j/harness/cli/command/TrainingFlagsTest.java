package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.zoo.TrainingPreset;
import io.adm4j.harness.zoo.TrainingPresets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code --print-flags} shows is what a run does. */
class TrainingFlagsTest {
    @TempDir
    Path folder;

    @Test
    void withoutPresetDefaultsAreThoseOfTheOptions() {
        JsonNode run = printed("diffusion", "--steps", 7);

        assertEquals("diffusion", run.get("kind").asText());
        assertEquals(7, run.get("steps").asLong());
        assertEquals(64, run.at("/flags/num_channels").asInt());
        assertEquals(
                "{\"batch_size\":32,\"microbatch\":32,\"lr\":0.001,\"weight_decay\":0.0,\"lr_warmup_steps\":100,"
                        + "\"lr_anneal_steps\":0,\"seed\":0,\"flip\":false,\"ema_rate\":[0.995]}",
                run.get("training").toString());
    }

    /** The paper's table 11, the published documentation and the defaults of the published scripts. */
    @Test
    void theModelOf64IsThePublishedOne() {
        JsonNode run = printed("diffusion", "--preset", "adm-imagenet64");

        assertEquals(540000, run.get("steps").asLong());
        assertEquals(
                "{\"batch_size\":2048,\"microbatch\":2048,\"lr\":3.0E-4,\"weight_decay\":0.0,\"lr_warmup_steps\":0,"
                        + "\"lr_anneal_steps\":0,\"seed\":0,\"flip\":true,\"ema_rate\":[0.9999]}",
                run.get("training").toString());
        JsonNode flags = run.get("flags");
        assertEquals(64, flags.get("image_size").asInt());
        assertEquals(192, flags.get("num_channels").asInt());
        assertEquals("1,2,3,4", flags.get("channel_mult").asText());
        assertEquals(3, flags.get("num_res_blocks").asInt());
        assertEquals("32,16,8", flags.get("attention_resolutions").asText());
        assertEquals(64, flags.get("num_head_channels").asInt());
        assertEquals(0.1, flags.get("dropout").asDouble());
        assertEquals("cosine", flags.get("noise_schedule").asText());
        assertTrue(flags.get("class_cond").asBoolean());
        assertTrue(flags.get("use_new_attention_order").asBoolean());
        assertFalse(flags.has("num_classes"), "that of the images");
        assertFalse(flags.has("use_fp16"));
    }

    /** Flags that the documentation leaves out have the published defaults, not ours. */
    @Test
    void theUpsamplerTo256IsThePublishedOne() {
        JsonNode run = printed("upsampler", "--preset", "adm-imagenet64-256");

        assertEquals(500000, run.get("steps").asLong());
        assertEquals("1,1,2,2,4,4", run.at("/flags/channel_mult").asText());
        assertEquals(4, run.at("/flags/num_heads").asInt());
        assertEquals(-1, run.at("/flags/num_head_channels").asInt());
        assertFalse(run.at("/flags/use_new_attention_order").asBoolean());
        assertEquals("linear", run.at("/flags/noise_schedule").asText());
    }

    /** The paper's table 12; the rate falls to 0 over the iterations, and there are no averages. */
    @Test
    void theClassifierOf64IsThePublishedOne() {
        JsonNode run = printed("classifier", "--preset", "adm-imagenet64", "--steps", 1000);

        assertEquals(1000, run.get("steps").asLong());
        assertEquals(
                "{\"batch_size\":1024,\"microbatch\":1024,\"lr\":6.0E-4,\"weight_decay\":0.2,\"lr_warmup_steps\":0,"
                        + "\"lr_anneal_steps\":300000,\"seed\":0,\"flip\":true,\"ema_rate\":[]}",
                run.get("training").toString());
        assertEquals(4, run.at("/flags/classifier_depth").asInt());
        assertEquals(128, run.at("/flags/classifier_width").asInt());
        assertEquals("cosine", run.at("/flags/noise_schedule").asText());
        assertTrue(run.at("/flags/classifier_resblock_updown").asBoolean());
        assertTrue(run.at("/flags/random_crop").asBoolean());
        assertTrue(run.at("/flags/noised").asBoolean());
    }

    @Test
    void optionsWinOverTheFileWhichWinsOverThePreset() throws IOException {
        Path file = Files.writeString(
                folder.resolve("flags.txt"),
                "--batch_size 16 --microbatch -1 --lr 5e-5 --num_channels 96 --ema_rate 0.9,0.99 --schedule_sampler"
                        + " loss-second-moment --dropout 0.25 --log_interval 3");
        JsonNode run =
                printed("diffusion", "--preset", "adm-imagenet64", "--flags", file, "--lr", 1e-5, "--dropout", 0.0);

        assertEquals(16, run.at("/training/microbatch").asInt());
        assertEquals(1e-5, run.at("/training/lr").asDouble());
        assertEquals("[0.9,0.99]", run.at("/training/ema_rate").toString());
        assertEquals(96, run.at("/flags/num_channels").asInt());
        assertEquals(3, run.at("/flags/num_res_blocks").asInt());
        assertEquals(0, run.at("/flags/dropout").asDouble());
        assertEquals("loss-second-moment", run.at("/flags/schedule_sampler").asText());
        assertFalse(run.at("/flags").has("batch_size"));
    }

    @ParameterizedTest
    @CsvSource({
        "500, --anneal-lr true --iterations 500 --steps 20",
        "20, --anneal-lr --steps 20",
        "0, --anneal-lr false --steps 20 --preset fashion-cpu",
        "1000, --steps 20 --preset fashion-cpu",
        "70, --steps 20 --preset fashion-cpu --lr-anneal-steps 70",
        "0, --steps 20 --preset fashion-cpu --lr-anneal-steps 0",
        "70, --steps 20 --lr-anneal-steps 70"
    })
    void annealingEndsWhereTheTopmostLayerSays(long end, String options) {
        assertEquals(
                end,
                printed("classifier", (Object[]) options.split(" "))
                        .at("/training/lr_anneal_steps")
                        .asLong());
    }

    @Test
    void whatAPresetSwitchesOnCanBeSwitchedOff() {
        JsonNode run = printed("classifier", "--preset", "cifar-cpu", "--flip", "false", "--random-crop", "false");

        assertFalse(run.at("/training/flip").asBoolean());
        assertFalse(run.at("/flags/random_crop").asBoolean());
    }

    @Test
    void featuresKeepTheirPoolAndSeeNoNoise() {
        JsonNode run = printed("classifier", "--preset", "fashion-cpu", "--no-noise");

        assertEquals("adaptive", run.at("/flags/classifier_pool").asText());
        assertFalse(run.at("/flags/noised").asBoolean());
    }

    @Test
    void everyPresetCanBePrinted() {
        for (TrainingPreset preset : TrainingPresets.load().presets()) {
            assertEquals(
                    preset.iterations(),
                    printed(preset.kind(), "--preset", preset.name())
                            .get("steps")
                            .asLong(),
                    preset.name());
        }
    }

    @Test
    void whatCannotBeIsRefused() throws IOException {
        refused("did you mean adm-imagenet64", "train", "diffusion", "--preset", "adm-imagenet46", "--print-flags");
        refused("adm-imagenet64-256", "train", "upsampler", "--preset", "fashion-cpu", "--print-flags");
        refused("--steps N", "train", "diffusion", "--print-flags");
        refused("give one", "train", "diffusion", "--print-flags", "--steps", 1, "--anneal-lr", "--lr-anneal-steps", 5);
        Path file = folder.resolve("flags.json");
        for (String wrong :
                new String[] {"lr\": 0", "lr\": -1", "batch_size\": 0", "ema_rate\": 1", "ema_rate\": [0.9, 0.9]"}) {
            Files.writeString(file, "{\"" + wrong + "}");
            refused(
                    wrong.startsWith("ema") ? "ema" : wrong.substring(0, wrong.indexOf('"')),
                    "train",
                    "diffusion",
                    "--print-flags",
                    "--steps",
                    1,
                    "--flags",
                    file);
        }
    }

    private static JsonNode printed(String kind, Object... options) {
        try {
            return new ObjectMapper()
                    .readTree(succeeding(CommandLineRun.arguments("train", kind, "--print-flags", options))
                            .out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
