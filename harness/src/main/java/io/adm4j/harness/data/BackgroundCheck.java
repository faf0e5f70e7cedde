package io.adm4j.harness.data;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Decodes all images of a dataset in a thread of its own, see {@link Dataset#checkInBackground()}, until closed. */
public final class BackgroundCheck implements AutoCloseable {
    private final Thread thread;
    private volatile boolean closed;

    /** A check of no images. */
    public static BackgroundCheck none() {
        return new BackgroundCheck(ended -> {});
    }

    /** @param check takes as long as it needs, unless its argument says that it is to end */
    BackgroundCheck(Consumer<BooleanSupplier> check) {
        thread = new Thread(() -> check.accept(() -> closed), "image check");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.start();
    }

    /** Waits until all images have been decoded, or one was found that ends the check. */
    void await() throws InterruptedException {
        thread.join();
    }

    /** Ends the check, after the image that it is decoding. */
    @Override
    public void close() {
        closed = true;
        try {
            // Not interrupted: that would close an archive for its other readers.
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
