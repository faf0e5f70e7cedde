package io.adm4j.export.net;

import io.adm4j.export.graph.Value;
import io.adm4j.feedback.UserError;
import java.util.Arrays;

/** Checks the inputs of networks. */
final class Inputs {
    /** Channels of an image where the flags do not say. */
    static final int RGB = 3;

    private static final int MOST_CHANNELS = 1024;

    private Inputs() {}

    static void checkChannels(int channels) {
        if (channels < 1 || channels > MOST_CHANNELS) {
            throw new UserError(
                    "in_channels must be the channels of an image, 1 to " + MOST_CHANNELS + ", not " + channels + ".");
        }
    }

    static void checkImages(String name, Value images, int channels, int size) {
        long[] s = images.shape();
        if (s.length != 4 || s[1] != channels || s[2] != size || s[3] != size) {
            throw new IllegalArgumentException("The input " + name + " must have the shape [N, " + channels + ", "
                    + size + ", " + size + "], not " + Arrays.toString(s) + ".");
        }
    }
}
