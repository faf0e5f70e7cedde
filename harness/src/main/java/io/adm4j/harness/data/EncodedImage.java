package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;

/** The bytes of an image file, of any format that datasets may have. */
public final class EncodedImage {
    private final byte[] file;

    /** @param file not modified */
    public EncodedImage(byte[] file) {
        this.file = file;
    }

    /**
     * The image's values, as datasets read them.
     *
     * @param channels 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGB, alpha)
     * @return uint8 [height, width, channels]
     * @throws UserError if it is no image, damaged, or has no alpha that was asked for
     */
    public byte[] pixels(int channels) {
        try {
            return ImageDecoder.decode(file, FileChannels.values()[channels - 1])
                    .pixels();
        } catch (UnreadableImageException e) {
            throw new UserError("The image cannot be used: " + e.getMessage() + ".", e);
        }
    }
}
