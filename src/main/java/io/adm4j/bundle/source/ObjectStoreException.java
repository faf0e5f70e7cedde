package io.adm4j.bundle.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** An object store failed, rather than the disk to which its objects are written. */
final class ObjectStoreException extends IOException {
    private static final long serialVersionUID = 1L;

    ObjectStoreException(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** Marks the failures of a stream, and ends one that takes too long. */
    static final class Stream extends FilterInputStream {
        private final Duration longest;
        private final long deadline;

        Stream(InputStream in, Duration longest) {
            super(in);
            this.longest = longest;
            this.deadline = System.nanoTime() + longest.toNanos();
        }

        @Override
        public int read() throws IOException {
            try {
                return in.read();
            } catch (IOException e) {
                throw new ObjectStoreException(e);
            }
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (System.nanoTime() - deadline > 0) {
                throw new ObjectStoreException(
                        new IOException("it took longer than " + longest.toSeconds() + " seconds"));
            }
            try {
                return in.read(target, offset, length);
            } catch (IOException e) {
                throw new ObjectStoreException(e);
            }
        }
    }
}
