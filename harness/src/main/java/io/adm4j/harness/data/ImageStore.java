package io.adm4j.harness.data;

/** Where pictures of one size come from; may be asked by several threads at once. */
interface ImageStore {
    int size();

    /** Height and width of every picture in pixels. */
    int imageSize();

    /**
     * Writes one picture as uint8 height x width x 3.
     *
     * @param offset where in {@code target} the picture begins
     * @throws io.adm4j.feedback.UserError if the picture cannot be read
     */
    void copy(int index, byte[] target, int offset);
}
