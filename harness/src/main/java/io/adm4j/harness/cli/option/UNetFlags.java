package io.adm4j.harness.cli.option;

import picocli.CommandLine.Option;

/**
 * The published flags that denoisers and upsamplers have in common. The defaults are a small network for 32x32 images that a
 * CPU trains in an hour.
 */
abstract class UNetFlags implements FlagGroup {
    @Option(
            names = "--in-channels",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "Channels of an image: 3 for RGB, 1 for grayscale, 4 with alpha or a mask, any other number from"
                            + " arrays (default ${DEFAULT-VALUE}).")
    Integer inChannels;

    @Option(
            names = "--num-channels",
            paramLabel = "N",
            defaultValue = "64",
            description =
                    "Width that the multipliers multiply (default ${DEFAULT-VALUE}). At 32, group normalization has"
                            + " one channel a group and loses the brightness.")
    Integer numChannels;

    @Option(
            names = "--channel-mult",
            paramLabel = "N,N...",
            defaultValue = "1,1,1",
            description = "A multiplier per level (default ${DEFAULT-VALUE}).")
    String channelMult;

    @Option(
            names = "--num-res-blocks",
            paramLabel = "N",
            defaultValue = "0",
            description = "Residual blocks per level (default ${DEFAULT-VALUE}).")
    Integer numResBlocks;

    @Option(
            names = "--attention-resolutions",
            paramLabel = "N,N...",
            defaultValue = "8",
            description = "Image heights with attention (default ${DEFAULT-VALUE}).")
    String attentionResolutions;

    @Option(
            names = "--num-heads",
            paramLabel = "N",
            defaultValue = "4",
            description = "Attention heads (default ${DEFAULT-VALUE}).")
    Integer numHeads;

    @Option(
            names = "--num-head-channels",
            paramLabel = "N",
            defaultValue = "32",
            description = "Channels per head; -1 goes by --num-heads (default ${DEFAULT-VALUE}).")
    Integer numHeadChannels;

    @Option(
            names = "--num-heads-upsample",
            paramLabel = "N",
            defaultValue = "-1",
            description = "Heads on the way up; -1 for --num-heads (default ${DEFAULT-VALUE}).")
    Integer numHeadsUpsample;

    @Option(
            names = "--use-new-attention-order",
            arity = "1",
            paramLabel = "BOOL",
            defaultValue = "true",
            description = "Split queries, keys and values before the heads, not after (default ${DEFAULT-VALUE}).")
    Boolean newAttentionOrder;

    @Option(
            names = "--use-scale-shift-norm",
            arity = "1",
            paramLabel = "BOOL",
            defaultValue = "true",
            description = "The time embedding scales and shifts normalized activations; otherwise it is added before"
                    + " (default ${DEFAULT-VALUE}).")
    Boolean scaleShiftNorm;

    @Option(
            names = "--resblock-updown",
            arity = "1",
            paramLabel = "BOOL",
            defaultValue = "true",
            description =
                    "Residual blocks change the resolution; otherwise convolutions do (default ${DEFAULT-VALUE}).")
    Boolean resblockUpDown;

    @Option(
            names = "--dropout",
            paramLabel = "P",
            defaultValue = "0.0",
            description = "Probability with which training drops an activation (default ${DEFAULT-VALUE}).")
    Double dropout;

    @Option(
            names = "--class-cond",
            arity = "1",
            paramLabel = "BOOL",
            description = "Condition on the label (default: true if the images have labels).")
    Boolean classCond;

    @Option(names = "--num-classes", paramLabel = "N", description = "Number of classes (default: that of the images).")
    Integer numClasses;

    @Option(
            names = "--learn-sigma",
            arity = "1",
            paramLabel = "BOOL",
            defaultValue = "true",
            description = "Learn the variance, by the hybrid loss (default ${DEFAULT-VALUE}).")
    Boolean learnSigma;

    @Option(
            names = "--use-checkpoint",
            arity = "1",
            paramLabel = "BOOL",
            description =
                    "Compute what is within blocks again for the gradients instead of keeping it: less memory, more time;"
                            + " with --engine plain (default: false, as published).")
    Boolean useCheckpoint;

    @Option(
            names = "--use-fp16",
            arity = "1",
            paramLabel = "BOOL",
            description =
                    "Train in mixed precision: float16 between the first and the last block, float32 weights, a loss scale;"
                            + " with --engine plain (default: false, as published).")
    Boolean useFp16;

    @Option(
            names = "--fp16-scale-growth",
            paramLabel = "LG",
            converter = Range.NonNegative.class,
            description =
                    "By how much a step in mixed precision raises the base-2 logarithm of the loss scale (default:"
                            + " 1e-3, as published).")
    Double fp16ScaleGrowth;
}
