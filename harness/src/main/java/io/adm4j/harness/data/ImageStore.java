package io.adm4j.harness.data;

/** Images of as many bytes each, in their order. Once {@link #complete} was called, safe for use by several threads. */
interface ImageStore {
    /** Appends an image; keeps the array. */
    void add(byte[] image);

    /** Ends adding. */
    void complete();

    /** Copies an image to {@code target} from {@code offset} on. */
    void copy(int index, byte[] target, int offset);

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
