package io.adm4j.io;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.ZipException;

/** Verifies the checksum of an archive entry at its end, which {@code ZipFile} does not. */
final class CheckedEntryStream extends FilterInputStream {
    private final CRC32 crc = new CRC32();
    private final long expected;

    CheckedEntryStream(InputStream in, long expected) {
        super(in);
        this.expected = expected;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int n = in.read(target, offset, length);
        if (n > 0) {
            crc.update(target, offset, n);
        } else if (n < 0 && crc.getValue() != expected) {
            throw new ZipException("its checksum does not match");
        }
        return n;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            // The earlier failure is the one to report.
            crc.reset();
        }
    }
}
