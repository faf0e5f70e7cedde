package io.adm4j.harness.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The bytes of an image file for a reader. Some readers go on at the end as if zeros followed, for as long as a damaged file
 * makes them: after a few such attempts this stream fails.
 */
final class EndingImageStream extends MemoryCacheImageInputStream {
    private static final int MOST_ATTEMPTS = 64;
    private int attempts;

    /** @param file not modified */
    EndingImageStream(byte[] file) {
        super(new ByteArrayInputStream(file));
    }

    @Override
    public int read() throws IOException {
        return ended(super.read());
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return ended(super.read(target, offset, length));
    }

    private int ended(int result) throws IOException {
        if (result < 0 && ++attempts > MOST_ATTEMPTS) {
            // Not an EOFException, which such readers catch.
            throw new IOException("its values go on after its end");
        }
        return result;
    }
}
