package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.nio.file.Path;

/** The channels of image files: gray or color, with transparency (alpha) or without. */
enum FileChannels {
    GRAY(false, false),
    GRAY_ALPHA(false, true),
    RGB(true, false),
    RGBA(true, true);

    private final boolean color;
    private final boolean alpha;

    FileChannels(boolean color, boolean alpha) {
        this.color = color;
        this.alpha = alpha;
    }

    static FileChannels of(boolean color, boolean alpha) {
        return color ? alpha ? RGBA : RGB : alpha ? GRAY_ALPHA : GRAY;
    }

    /**
     * Those of images with a number of channels.
     *
     * @param source of the image files, for the message
     * @throws UserError if image files cannot have so many
     */
    static FileChannels of(int count, Path source) {
        if (count > values().length) {
            throw new UserError("The network takes " + count + " channels (flag in_channels), which the image files in "
                    + source + " cannot have: give an npz or npy array [N, height, width, " + count + "].");
        }
        return values()[count - 1];
    }

    int count() {
        return ordinal() + 1;
    }

    /** Red, green and blue; otherwise gray. */
    boolean color() {
        return color;
    }

    /** Whether the last channel is alpha. */
    boolean alpha() {
        return alpha;
    }
}
