package io.adm4j.harness.data;

/** Width and height of an image in pixels. */
public record ImageSize(int width, int height) {
    /** The size of a file whose header does not say it. */
    static final ImageSize UNKNOWN = new ImageSize(0, 0);

    /** The size of the image turned by a quarter. */
    ImageSize turned() {
        return new ImageSize(height, width);
    }

    /** For messages: "64x48". */
    @Override
    public String toString() {
        return width + "x" + height;
    }
}
