package io.adm4j.export.net;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import java.util.List;

/**
 * The settings of a denoising UNet, in the terms of the published flags.
 *
 * @param imageSize height and width of the images; of the large ones for super-resolution
 * @param smallSize height and width of the small images of a super-resolution network; 0 for other networks
 * @param inChannels channels of an image: 1 for grayscale, 3 for RGB; a super-resolution network takes two images of
 *     so many
 * @param numChannels width that the channel multipliers multiply
 * @param numResBlocks residual blocks at each level
 * @param channelMult one multiplier per level, from the finest; may be fractions
 * @param attentionResolutions image heights at which there is attention
 * @param numHeads heads of each attention; not used where {@code numHeadChannels} is given
 * @param numHeadsUpsample heads in the decoder, or -1 for {@code numHeads}
 * @param numHeadChannels channels of one head, or -1 to go by {@code numHeads}
 * @param newAttentionOrder queries, keys and values are split before the heads; otherwise after
 * @param scaleShiftNorm the time embedding scales and shifts the normalized activations; otherwise it is added before
 * @param resblockUpDown residual blocks change the resolution; otherwise convolutions do
 * @param dropout probability with which training drops an activation, in [0, 1)
 * @param learnSigma as many output channels again, for the variance
 * @param classConditional whether there is a label input
 * @param numClasses number of labels; without meaning where not class-conditional
 */
public record UNetConfig(
        int imageSize,
        int smallSize,
        int inChannels,
        int numChannels,
        int numResBlocks,
        List<Double> channelMult,
        List<Integer> attentionResolutions,
        int numHeads,
        int numHeadsUpsample,
        int numHeadChannels,
        boolean newAttentionOrder,
        boolean scaleShiftNorm,
        boolean resblockUpDown,
        double dropout,
        boolean learnSigma,
        boolean classConditional,
        int numClasses) {

    /**
     * Checks the settings.
     *
     * @throws UserError if they are invalid
     */
    public UNetConfig {
        channelMult = List.copyOf(channelMult);
        attentionResolutions = List.copyOf(attentionResolutions);
        Levels.check(imageSize, numChannels, numResBlocks, channelMult, "num_channels");
        Levels.checkResolutions(attentionResolutions);
        Inputs.checkChannels(inChannels);
        if (dropout < 0 || dropout >= 1) {
            throw new UserError("dropout must be in [0, 1), not be " + dropout + ".");
        }
        if (classConditional && numClasses < 1) {
            throw new UserError("A class-conditional network needs num_classes of at least 1, not " + numClasses + ".");
        }
        if (smallSize < 0 || smallSize > 0 && imageSize % smallSize != 0) {
            throw new UserError("large_size " + imageSize + " must be a multiple of small_size " + smallSize + ".");
        }
    }

    /**
     * Reads published flags; flags that are absent have the published defaults, other flags are ignored. A network with
     * {@code large_size} is a super-resolution network. {@code out_channels} may be given too; it follows from the others.
     *
     * @throws UserError if a flag has an invalid value
     */
    public static UNetConfig fromFlags(JsonNode json) {
        Flags flags = new Flags(json);
        boolean superResolution = flags.has("large_size");
        int size = superResolution ? flags.integer("large_size", 256) : flags.integer("image_size", 64);
        List<Double> multipliers = flags.numbers("channel_mult", "");
        if (multipliers.isEmpty()) {
            multipliers = superResolution
                    ? Levels.superResolutionMultipliers(size)
                    : Levels.defaultMultipliers(size, "image_size");
        }
        UNetConfig config = new UNetConfig(
                size,
                superResolution ? flags.integer("small_size", 64) : 0,
                flags.integer("in_channels", Inputs.RGB),
                flags.integer("num_channels", 128),
                flags.integer("num_res_blocks", 2),
                multipliers,
                flags.integers("attention_resolutions", "16,8"),
                flags.integer("num_heads", 4),
                flags.integer("num_heads_upsample", -1),
                flags.integer("num_head_channels", -1),
                flags.truth("use_new_attention_order", false),
                flags.truth("use_scale_shift_norm", true),
                flags.truth("resblock_updown", false),
                flags.real("dropout", 0),
                flags.truth("learn_sigma", false),
                flags.truth("class_cond", false),
                flags.integer("num_classes", 1000));
        config.checkOutChannels(flags.integer("out_channels", config.outChannels()));
        return config;
    }

    /** The published flags, all of them, so that reading them gives an equal configuration. */
    public ObjectNode toFlags() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (superResolution()) {
            json.put("large_size", imageSize);
            json.put("small_size", smallSize);
        } else {
            json.put("image_size", imageSize);
        }
        json.put("in_channels", inChannels);
        json.put("num_channels", numChannels);
        json.put("num_res_blocks", numResBlocks);
        json.put("channel_mult", Flags.join(channelMult));
        json.put("attention_resolutions", Flags.join(attentionResolutions));
        json.put("num_heads", numHeads);
        json.put("num_heads_upsample", numHeadsUpsample);
        json.put("num_head_channels", numHeadChannels);
        json.put("use_new_attention_order", newAttentionOrder);
        json.put("use_scale_shift_norm", scaleShiftNorm);
        json.put("resblock_updown", resblockUpDown);
        json.put("dropout", dropout);
        json.put("learn_sigma", learnSigma);
        json.put("class_cond", classConditional);
        json.put("num_classes", numClasses);
        return json;
    }

    /** Whether it is a super-resolution network, which takes a small image beside the noisy one. */
    public boolean superResolution() {
        return smallSize > 0;
    }

    /** Channels of the output: an image's for the noise, as many again where the variance is learned. */
    public int outChannels() {
        return learnSigma ? 2 * inChannels : inChannels;
    }

    /** The flag may count the channels of the network's output or of the images that it samples. */
    private void checkOutChannels(int given) {
        if (given != outChannels() && given != inChannels) {
            throw new UserError("With in_channels " + inChannels + " and learn_sigma " + learnSigma
                    + " the flag out_channels must be " + inChannels + (learnSigma ? " or " + outChannels() : "")
                    + ", not " + given + ": networks that take more channels than an image has are not supported.");
        }
    }

    /** Channels of a level, from 0 for the finest. */
    int width(int level) {
        return (int) (channelMult.get(level) * numChannels);
    }

    boolean attendsAt(int factor) {
        return Levels.attends(imageSize, attentionResolutions, factor);
    }
}
