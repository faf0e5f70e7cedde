package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.util.Locale;

/** The order of the dimensions of an array of images. */
public enum ArrayLayout {
    /** [N, height, width, channels], as saved images have it. */
    HWC,
    /** [N, channels, height, width], as networks have it. */
    CHW,
    /** Whichever of the two the shape allows; {@link #HWC} if both. */
    EITHER;

    /**
     * The layout of a name, with or without its first dimension: "chw" or "nchw".
     *
     * @throws UserError if there is none
     */
    public static ArrayLayout of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "hwc", "nhwc" -> HWC;
            case "chw", "nchw" -> CHW;
            default ->
                throw new UserError("There is no layout " + name + " of arrays: give hwc (or nhwc) or chw (or nchw).");
        };
    }
}
