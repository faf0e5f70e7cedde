package io.adm4j.export.net;

import io.adm4j.export.graph.Value;
import java.util.Arrays;

/** Checks the inputs of networks. */
final class Inputs {
    /** Channels of an image. */
    static final int CHANNELS = 3;

    private Inputs() {}

    static void checkImages(String name, Value images, int size) {
        long[] s = images.shape();
        if (s.length != 4 || s[1] != CHANNELS || s[2] != size || s[3] != size) {
            throw new IllegalArgumentException("The input " + name + " must have the shape [N, " + CHANNELS + ", "
                    + size + ", " + size + "], not " + Arrays.toString(s) + ".");
        }
    }
}
