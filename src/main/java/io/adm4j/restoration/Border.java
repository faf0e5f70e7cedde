package io.adm4j.restoration;

/** What a blur takes for the pixels beyond the border of an image. */
public enum Border {
    /** 0, the middle of the range of images, as the published code of DDNM does. */
    ZERO,
    /** The image mirrored at its outermost pixels, which are not repeated, as the published code of DPS does. */
    REFLECT;

    /** Where there is no pixel. */
    static final int NONE = -1;

    /**
     * The pixel that is taken at a position.
     *
     * @param position less than a size away from the image
     * @param size of the image along this axis
     * @return its position in the image, or {@link #NONE}
     */
    int pixel(int position, int size) {
        if (position >= 0 && position < size) {
            return position;
        }
        if (this == ZERO) {
            return NONE;
        }
        return position < 0 ? -position : 2 * (size - 1) - position;
    }
}
