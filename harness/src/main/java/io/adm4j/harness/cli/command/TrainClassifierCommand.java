package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.bundle.PublishedFlags;
import io.adm4j.harness.cli.option.DiffusionFlags;
import io.adm4j.harness.cli.option.TrainOptions;
import io.adm4j.harness.training.ClassifierTask;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a classifier on noisy or on plain images. */
@Command(
        name = "classifier",
        description = "Trains a classifier: on noisy images, for guidance, or with --no-noise on plain ones, as feature"
                + " network for scores. The network's flags have the published names and meanings; their defaults here"
                + " (in parentheses) suit 32x32 images.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainClassifierCommand implements Runnable {
    @Mixin
    private TrainOptions options;

    @Option(names = "--no-noise", description = "Train on plain images at timestep 0.")
    private boolean noNoise;

    @Option(names = "--flags", paramLabel = "FILE", description = "Published flags as JSON; options given here win.")
    private Path flagsFile;

    @Option(names = "--image-size", description = "Height and width in pixels (32).")
    private Integer imageSize;

    @Option(names = "--classifier-width", description = "Width that the multipliers multiply (32).")
    private Integer width;

    @Option(names = "--classifier-depth", description = "Residual blocks per level (1).")
    private Integer depth;

    @Option(names = "--channel-mult", description = "A multiplier per level (1,2,2).")
    private String channelMult;

    @Option(names = "--classifier-attention-resolutions", description = "Image heights with attention (8).")
    private String attentionResolutions;

    @Option(names = "--classifier-use-scale-shift-norm", arity = "1", description = "(true)")
    private Boolean scaleShiftNorm;

    @Option(names = "--classifier-resblock-updown", arity = "1", description = "(false)")
    private Boolean resblockUpDown;

    @Option(
            names = "--classifier-pool",
            description = "adaptive, attention, spatial or spatial_v2 (attention; adaptive with --no-noise).")
    private String pool;

    @Option(names = "--num-head-channels", description = "Channels per attention head (32).")
    private Integer numHeadChannels;

    @Option(names = "--num-classes", description = "(10)")
    private Integer numClasses;

    @Mixin
    private DiffusionFlags diffusion;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        options.run("classifier", this::flags, ClassifierTask::new, spec);
    }

    private ObjectNode flags() {
        PublishedFlags flags = new PublishedFlags(defaults(noNoise), flagsFile)
                .with("image_size", imageSize)
                .with("classifier_width", width)
                .with("classifier_depth", depth)
                .with("channel_mult", channelMult)
                .with("classifier_attention_resolutions", attentionResolutions)
                .with("classifier_use_scale_shift_norm", scaleShiftNorm)
                .with("classifier_resblock_updown", resblockUpDown)
                .with("classifier_pool", pool)
                .with("num_head_channels", numHeadChannels)
                .with("num_classes", numClasses);
        diffusion.addTo(flags);
        return flags.json();
    }

    private static ObjectNode defaults(boolean plain) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("image_size", 32)
                .put("classifier_width", 32)
                .put("classifier_depth", 1)
                .put("channel_mult", "1,2,2")
                .put("classifier_attention_resolutions", "8")
                .put("classifier_use_scale_shift_norm", true)
                .put("classifier_resblock_updown", false)
                .put("classifier_pool", plain ? "adaptive" : "attention")
                .put("num_head_channels", 32)
                .put("num_classes", 10)
                .put("diffusion_steps", 1000)
                .put("noise_schedule", "cosine")
                .put("noised", !plain);
    }
}
