package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.bundle.PublishedFlags;
import io.adm4j.harness.cli.option.DiffusionFlags;
import io.adm4j.harness.cli.option.TrainOptions;
import io.adm4j.harness.training.DiffusionTask;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a denoiser. */
@Command(
        name = "diffusion",
        description = "Trains a denoiser (ADM UNet). The network's flags have the published names and meanings; their"
                + " defaults here (in parentheses) are a small network for 32x32 images that a CPU trains in an hour.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainDiffusionCommand implements Runnable {
    @Mixin
    private TrainOptions options;

    @Option(names = "--flags", paramLabel = "FILE", description = "Published flags as JSON; options given here win.")
    private Path flagsFile;

    @Option(names = "--image-size", description = "Height and width in pixels (32).")
    private Integer imageSize;

    @Option(
            names = "--num-channels",
            description = "Width that the multipliers multiply (64); at 32, group normalisation"
                    + " has one channel a group and loses the brightness.")
    private Integer numChannels;

    @Option(names = "--channel-mult", description = "A multiplier per level (1,1,1).")
    private String channelMult;

    @Option(names = "--num-res-blocks", description = "Residual blocks per level (0).")
    private Integer numResBlocks;

    @Option(names = "--attention-resolutions", description = "Image heights with attention (8).")
    private String attentionResolutions;

    @Option(names = "--num-heads", description = "Attention heads (4).")
    private Integer numHeads;

    @Option(names = "--num-head-channels", description = "Channels per head; -1 goes by --num-heads (32).")
    private Integer numHeadChannels;

    @Option(names = "--num-heads-upsample", description = "Heads on the way up; -1 for --num-heads (-1).")
    private Integer numHeadsUpsample;

    @Option(names = "--use-new-attention-order", arity = "1", description = "(true)")
    private Boolean newAttentionOrder;

    @Option(names = "--use-scale-shift-norm", arity = "1", description = "(true)")
    private Boolean scaleShiftNorm;

    @Option(names = "--resblock-updown", arity = "1", description = "(true)")
    private Boolean resblockUpDown;

    @Option(names = "--dropout", description = "(0)")
    private Double dropout;

    @Option(names = "--class-cond", arity = "1", description = "Tell the network the label (true).")
    private Boolean classCond;

    @Option(names = "--num-classes", description = "(10)")
    private Integer numClasses;

    @Mixin
    private DiffusionFlags diffusion;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        options.run("diffusion", this::flags, DiffusionTask::new, spec);
    }

    private ObjectNode flags() {
        PublishedFlags flags = new PublishedFlags(defaults(), flagsFile)
                .with("image_size", imageSize)
                .with("num_channels", numChannels)
                .with("channel_mult", channelMult)
                .with("num_res_blocks", numResBlocks)
                .with("attention_resolutions", attentionResolutions)
                .with("num_heads", numHeads)
                .with("num_head_channels", numHeadChannels)
                .with("num_heads_upsample", numHeadsUpsample)
                .with("use_new_attention_order", newAttentionOrder)
                .with("use_scale_shift_norm", scaleShiftNorm)
                .with("resblock_updown", resblockUpDown)
                .with("dropout", dropout)
                .with("class_cond", classCond)
                .with("num_classes", numClasses);
        diffusion.addTo(flags);
        return flags.json();
    }

    private static ObjectNode defaults() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("image_size", 32)
                .put("num_channels", 64)
                .put("channel_mult", "1,1,1")
                .put("num_res_blocks", 0)
                .put("attention_resolutions", "8")
                .put("num_heads", 4)
                .put("num_head_channels", 32)
                .put("num_heads_upsample", -1)
                .put("use_new_attention_order", true)
                .put("use_scale_shift_norm", true)
                .put("resblock_updown", true)
                .put("dropout", 0.0)
                .put("class_cond", true)
                .put("num_classes", 10)
                .put("learn_sigma", true)
                .put("diffusion_steps", 1000)
                .put("noise_schedule", "cosine");
    }
}
