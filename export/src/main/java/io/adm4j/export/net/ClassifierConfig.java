package io.adm4j.export.net;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The settings of a noisy classifier, in the terms of the published flags.
 *
 * @param imageSize height and width of the images
 * @param inChannels channels of an image: 1 for grayscale, 3 for RGB
 * @param width channels that the multipliers multiply
 * @param depth residual blocks at each level
 * @param channelMult one multiplier per level, from the finest
 * @param attentionResolutions image heights at which there is attention
 * @param scaleShiftNorm the time embedding scales and shifts the normalized activations; otherwise it is added before
 * @param resblockUpDown residual blocks change the resolution; otherwise convolutions do
 * @param pool how activations become one vector
 * @param numHeadChannels channels of one attention head, or -1 for a single head (not with the attention pool)
 * @param numClasses number of labels
 */
public record ClassifierConfig(
        int imageSize,
        int inChannels,
        int width,
        int depth,
        List<Double> channelMult,
        List<Integer> attentionResolutions,
        boolean scaleShiftNorm,
        boolean resblockUpDown,
        Pool pool,
        int numHeadChannels,
        int numClasses) {

    /** How the activations become one vector of logits. */
    public enum Pool {
        /** Mean over the image, then a linear layer. */
        ADAPTIVE,
        /** The mean attends to all positions, then a linear layer. */
        ATTENTION,
        /** Means of every block's output, then two linear layers. */
        SPATIAL,
        /** As {@link #SPATIAL}, with a normalized hidden layer. */
        SPATIAL_V2;

        /** The name in the published flags. */
        public String flag() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Pool of(String flag) {
            return Arrays.stream(values())
                    .filter(p -> p.flag().equals(flag))
                    .findFirst()
                    .orElseThrow(() -> new UserError("The flag classifier_pool must be one of "
                            + Arrays.stream(values()).map(Pool::flag).collect(Collectors.joining(", ")) + ", not "
                            + flag + "."));
        }
    }

    /**
     * Checks the settings.
     *
     * @throws UserError if they are invalid
     */
    public ClassifierConfig {
        channelMult = List.copyOf(channelMult);
        attentionResolutions = List.copyOf(attentionResolutions);
        Levels.check(imageSize, width, depth, channelMult, "classifier_width");
        Levels.checkResolutions(attentionResolutions);
        Inputs.checkChannels(inChannels);
        if (numClasses < 1) {
            throw new UserError("num_classes must be at least 1, not " + numClasses + ".");
        }
        if (pool == Pool.ATTENTION && numHeadChannels == -1) {
            throw new UserError("The attention pool needs num_head_channels, for example 64.");
        }
    }

    /**
     * Reads published flags; flags that are absent have the published defaults, other flags are ignored. Beyond the
     * published flags, {@code in_channels} (3), {@code channel_mult}, {@code num_head_channels} (64) and
     * {@code num_classes} (1000) are read.
     *
     * @throws UserError if a flag has an invalid value
     */
    public static ClassifierConfig fromFlags(JsonNode json) {
        Flags flags = new Flags(json);
        int size = flags.integer("image_size", 64);
        List<Double> multipliers = flags.numbers("channel_mult", "");
        return new ClassifierConfig(
                size,
                flags.integer("in_channels", Inputs.RGB),
                flags.integer("classifier_width", 128),
                flags.integer("classifier_depth", 2),
                multipliers.isEmpty() ? Levels.defaultMultipliers(size, "image_size") : multipliers,
                flags.integers("classifier_attention_resolutions", "32,16,8"),
                flags.truth("classifier_use_scale_shift_norm", true),
                flags.truth("classifier_resblock_updown", true),
                Pool.of(flags.text("classifier_pool", "attention")),
                flags.integer("num_head_channels", 64),
                flags.integer("num_classes", 1000));
    }

    /** The flags, all of them, so that reading them gives an equal configuration. */
    public ObjectNode toFlags() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("image_size", imageSize);
        json.put("in_channels", inChannels);
        json.put("classifier_width", width);
        json.put("classifier_depth", depth);
        json.put("channel_mult", Flags.join(channelMult));
        json.put("classifier_attention_resolutions", Flags.join(attentionResolutions));
        json.put("classifier_use_scale_shift_norm", scaleShiftNorm);
        json.put("classifier_resblock_updown", resblockUpDown);
        json.put("classifier_pool", pool.flag());
        json.put("num_head_channels", numHeadChannels);
        json.put("num_classes", numClasses);
        return json;
    }

    /** Channels of a level, from 0 for the finest. */
    int width(int level) {
        return (int) (channelMult.get(level) * width);
    }

    boolean attendsAt(int factor) {
        return Levels.attends(imageSize, attentionResolutions, factor);
    }
}
