package io.adm4j.harness.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.harness.cli.Harness;
import org.junit.jupiter.api.Test;
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

    @Test
    void defaultsAreThoseThatOptionsDeclare() {
        PublishedFlagOptions denoiser = PublishedFlagOptions.of(parsed("train", "diffusion", "--steps", "1"));
        assertEquals(DENOISER, denoiser.values().toString());
        assertEquals("{}", denoiser.given().toString());
        assertEquals(
                CLASSIFIER,
                PublishedFlagOptions.of(parsed("train", "classifier", "--steps", "1"))
                        .values()
                        .toString());
    }

    @Test
    void givenAreThoseOfTheCommandLine() {
        CommandSpec command = parsed(
                "train",
                "diffusion",
                "--steps",
                "1",
                "--num-channels=128",
                "--noise-schedule=LINEAR",
                "--num-heads=4",
                "--predict-xstart=true",
                "--class-cond=false",
                "--seed=9999999999",
                "--ema-rate=0.9,0.99",
                "--flip");

        assertEquals(
                "{\"num_channels\":128,\"num_heads\":4,\"class_cond\":false,\"noise_schedule\":\"linear\","
                        + "\"predict_xstart\":true}",
                PublishedFlagOptions.of(command).given().toString());
        assertEquals(
                "{\"ema_rate\":[0.9,0.99],\"seed\":9999999999,\"flip\":true}",
                PublishedFlagOptions.ofTraining(command).given().toString());
    }

    private static CommandSpec parsed(String... arguments) {
        CommandLine.ParseResult result = Harness.commandLine().parseArgs(arguments);
        while (result.hasSubcommand()) {
            result = result.subcommand();
        }
        return result.commandSpec();
    }
}
