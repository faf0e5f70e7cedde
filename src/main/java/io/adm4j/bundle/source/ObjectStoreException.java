package io.adm4j.bundle.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** An object store failed, rather than the disk to which its objects are written. */
final class ObjectStoreException extends IOException {
    private static final long serialVersionUID = 1L;

    ObjectStoreException(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** Marks the failures of a stream. */
    static final class Stream extends FilterInputStream {
        Stream(InputStream in) {
            super(in);
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
            try {
                return in.read(target, offset, length);
            } catch (IOException e) {
                throw new ObjectStoreException(e);
            }
        }
    }
}
