package io.adm4j.harness.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.bundle.PublishedFlags;
import io.adm4j.harness.cli.Harness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class PublishedFlagOptionsTest {
    private static final String DENOISER = "{\"in_channels\":3,\"num_channels\":64,\"channel_mult\":\"1,1,1\","
            + "\"num_res_blocks\":0,\"attention_resolutions\":\"8\",\"num_heads\":4,\"num_head_channels\":32,"
            + "\"num_heads_upsample\":-1,\"use_new_attention_order\":true,\"use_scale_shift_norm\":true,"
            + "\"resblock_updown\":true,\"dropout\":0.0,\"learn_sigma\":true,"
            + "\"image_size\":32,\"diffusion_steps\":1000,\"noise_schedule\":\"cosine\","
            + "\"schedule_sampler\":\"uniform\"}";
    private static final String CLASSIFIER =
            "{\"image_size\":32,\"in_channels\":3,\"classifier_width\":32,\"classifier_depth\":1,"
                    + "\"channel_mult\":\"1,2,2\",\"classifier_attention_resolutions\":\"8\","
                    + "\"classifier_use_scale_shift_norm\":true,\"classifier_resblock_updown\":false,"
                    + "\"classifier_pool\":\"attention\",\"num_head_channels\":32,\"diffusion_steps\":1000,"
                    + "\"noise_schedule\":\"cosine\"}";

    @TempDir
    Path folder;

    @Test
    void defaultsAreThoseThatOptionsDeclare() {
        PublishedFlagOptions denoiser = PublishedFlagOptions.of(parsed("train", "diffusion", "--steps", "1"));
        assertEquals(DENOISER, denoiser.values().toString());
        assertEquals(
                DENOISER,
                denoiser.over(null, PublishedFlags.Network.DENOISER, denoiser.values())
                        .toString());
        assertEquals(
                CLASSIFIER,
                PublishedFlagOptions.of(parsed("train", "classifier", "--steps", "1"))
                        .values()
                        .toString());
    }

    @Test
    void givenOptionsWinOverTheFileWhichWinsOverDefaults() throws IOException {
        Path file = Files.writeString(
                folder.resolve("flags.json"),
                "{\"num_channels\": 96, \"dropout\": 0.25, \"num_heads\": 2, \"use_fp16\": true}");
        PublishedFlagOptions flags = PublishedFlagOptions.of(parsed(
                "train",
                "diffusion",
                "--steps",
                "1",
                "--num-channels=128",
                "--noise-schedule=LINEAR",
                "--num-heads=4",
                "--predict-xstart=true",
                "--class-cond=false"));

        ObjectNode json = flags.over(file, PublishedFlags.Network.DENOISER, flags.values());

        assertEquals(128, json.get("num_channels").intValue());
        assertEquals(0.25, json.get("dropout").doubleValue());
        assertEquals(4, json.get("num_heads").intValue(), "given, though it is the default");
        assertEquals(32, json.get("num_head_channels").intValue());
        assertEquals("linear", json.get("noise_schedule").textValue());
        assertEquals(true, json.get("use_fp16").booleanValue());
        assertEquals(true, json.get("predict_xstart").booleanValue());
        assertEquals(false, json.get("class_cond").booleanValue());
    }

    private static CommandSpec parsed(String... arguments) {
        CommandLine.ParseResult result = Harness.commandLine().parseArgs(arguments);
        while (result.hasSubcommand()) {
            result = result.subcommand();
        }
        return result.commandSpec();
    }
}
