package io.adm4j.harness.data;

/** Where images of one size come from; may be asked by several threads at once. */
interface ImageStore {
    int size();

    /** Height and width of every image in pixels. */
    int imageSize();

    /**
     * Writes one image as uint8 height x width x 3.
     *
     * @param offset where in {@code target} the image begins
     * @throws io.adm4j.feedback.UserError if the image cannot be read
     */
    void copy(int index, byte[] target, int offset);
}
