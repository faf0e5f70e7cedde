package io.adm4j.harness.data;

import java.nio.file.Path;

/** Images of as many bytes each, in their order. Once {@link #complete} was called, safe for use by several threads. */
interface ImageStore {
    /** Appends an image; keeps the array. */
    void add(byte[] image);

    /** Ends adding. */
    void complete();

    /** Copies an image to {@code target} from {@code offset} on. */
    void copy(int index, byte[] target, int offset);

    /** Bytes of images that take no more of the heap than is good: a quarter of it. */
    static long largestInHeap() {
        return Runtime.getRuntime().maxMemory() / 4;
    }

    /**
     * A store in the heap if they fit, otherwise in a temporary file that is mapped.
     *
     * @param imageBytes of each of them
     * @param most bytes of images in the heap
     * @throws io.adm4j.feedback.UserError if there is no room for the file
     */
    static ImageStore of(int count, int imageBytes, long most) {
        return (long) count * imageBytes > most
                ? MappedImages.create(Path.of(System.getProperty("java.io.tmpdir")), count, imageBytes, 1 << 30)
                : inHeap(count);
    }

    /** A store in the heap. */
    static ImageStore inHeap(int count) {
        byte[][] images = new byte[count][];
        return new ImageStore() {
            private int size;

            @Override
            public void add(byte[] image) {
                images[size++] = image;
            }

            @Override
            public void complete() {
                // All of it is there already.
            }

            @Override
            public void copy(int index, byte[] target, int offset) {
                System.arraycopy(images[index], 0, target, offset, images[index].length);
            }
        };
    }
}
