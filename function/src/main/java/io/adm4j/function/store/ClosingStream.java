package io.adm4j.function.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** A stream of a client that is used for nothing else. */
final class ClosingStream extends FilterInputStream {
    private final SdkAutoCloseable client;

    ClosingStream(InputStream in, SdkAutoCloseable client) {
        super(in);
        this.client = client;
    }

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } finally {
            client.close();
        }
    }
}
