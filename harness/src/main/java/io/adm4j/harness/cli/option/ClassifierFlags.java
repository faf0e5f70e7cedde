package io.adm4j.harness.cli.option;

import picocli.CommandLine.Option;

/** The published flags of a classifier. The defaults suit 32x32 images. */
public final class ClassifierFlags implements FlagGroup {
    @Option(
            names = "--image-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Height and width in pixels (default ${DEFAULT-VALUE}).")
    Integer imageSize;

    @Option(
            names = "--in-channels",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "Channels of an image: 3 for RGB, 1 for grayscale, 4 with alpha or a mask, any other number from"
                            + " arrays (default ${DEFAULT-VALUE}).")
    Integer inChannels;

    @Option(
            names = "--classifier-width",
            paramLabel = "N",
            defaultValue = "32",
            description = "Width that the multipliers multiply (default ${DEFAULT-VALUE}).")
    Integer width;

    @Option(
            names = "--classifier-depth",
            paramLabel = "N",
            defaultValue = "1",
            description = "Residual blocks per level (default ${DEFAULT-VALUE}).")
    Integer depth;

    @Option(
            names = "--channel-mult",
            paramLabel = "N,N...",
            defaultValue = "1,2,2",
            description = "A multiplier per level (default ${DEFAULT-VALUE}).")
    String channelMult;

    @Option(
            names = "--classifier-attention-resolutions",
            paramLabel = "N,N...",
            defaultValue = "8",
            description = "Image heights with attention (default ${DEFAULT-VALUE}).")
    String attentionResolutions;

    @Option(
            names = "--classifier-use-scale-shift-norm",
            arity = "1",
            paramLabel = "BOOL",
            defaultValue = "true",
            description = "The time embedding scales and shifts normalized activations; otherwise it is added before"
                    + " (default ${DEFAULT-VALUE}).")
    Boolean scaleShiftNorm;

    @Option(
            names = "--classifier-resblock-updown",
            arity = "1",
            paramLabel = "BOOL",
            defaultValue = "false",
            description =
                    "Residual blocks change the resolution; otherwise convolutions do (default ${DEFAULT-VALUE}).")
    Boolean resblockUpDown;

    @Option(
            names = "--classifier-pool",
            paramLabel = "KIND",
            defaultValue = "attention",
            description =
                    "adaptive, attention, spatial or spatial_v2 (default ${DEFAULT-VALUE}; adaptive with --no-noise).")
    String pool;

    @Option(
            names = "--num-head-channels",
            paramLabel = "N",
            defaultValue = "32",
            description = "Channels per attention head (default ${DEFAULT-VALUE}).")
    Integer numHeadChannels;

    @Option(names = "--num-classes", paramLabel = "N", description = "Number of classes (default: that of the images).")
    Integer numClasses;

    @Option(
            names = "--learn-sigma",
            arity = "1",
            hidden = true,
            description = "A flag of denoisers, noted in run.json; it does not change the training of a classifier.")
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
            names = "--classifier-use-fp16",
            arity = "1",
            paramLabel = "BOOL",
            description =
                    "Train in mixed precision: float16 between the first and the last block, float32 weights, a loss scale;"
                            + " with --engine plain (default: false, as published).")
    Boolean useFp16;
}
