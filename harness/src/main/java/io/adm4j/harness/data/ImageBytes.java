package io.adm4j.harness.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** Random access to the bytes of an image file, of which only the parts looked at are read. For one thread. */
final class ImageBytes {
    private static final int WINDOW = 8192;

    private final SeekableByteChannel channel;
    /** Position in the channel of the image file's first byte. */
    private final long base;

    private final long size;
    private final ByteBuffer window;
    /** Position in the file of the window's first byte. */
    private long start;

    /** @param channel not closed */
    ImageBytes(SeekableByteChannel channel) throws IOException {
        this(channel, 0, channel.size());
    }

    /**
     * An image file within another file.
     *
     * @param channel not closed
     * @param base position of its first byte
     * @param size in bytes
     */
    ImageBytes(SeekableByteChannel channel, long base, long size) {
        this.channel = channel;
        this.base = base;
        this.size = size;
        this.window = ByteBuffer.allocate(WINDOW).limit(0);
    }

    /** @param file the whole of it; not modified */
    ImageBytes(byte[] file) {
        this(ByteBuffer.wrap(file));
    }

    /** @param file the whole of it, from the buffer's beginning to its limit; not modified */
    ImageBytes(ByteBuffer file) {
        this.channel = null;
        this.base = 0;
        this.size = file.limit();
        this.window = file;
    }

    long size() {
        return size;
    }

    /**
     * One byte, from 0 to 255.
     *
     * @throws UnreadableImageException if the file ends before it
     */
    int u8(long at) throws IOException, UnreadableImageException {
        if (at < 0 || at >= size) {
            throw UnreadableImageException.truncated();
        }
        if (at < start || at >= start + window.limit()) {
            fill(at);
        }
        return window.get((int) (at - start)) & 0xff;
    }

    private void fill(long at) throws IOException, UnreadableImageException {
        // Ends are searched backwards, so the window reaches to both sides.
        start = Math.max(0, at - WINDOW / 2);
        channel.position(base + start);
        window.clear();
        while (window.hasRemaining() && channel.read(window) >= 0) {
            // Until it is full or the file ends.
        }
        window.flip();
        if (at >= start + window.limit()) {
            throw UnreadableImageException.truncated();
        }
    }

    /** Two bytes, the high one first. */
    int u16(long at) throws IOException, UnreadableImageException {
        return u8(at) << 8 | u8(at + 1);
    }

    /** Four bytes, the high one first. */
    long u32(long at) throws IOException, UnreadableImageException {
        return (long) u16(at) << 16 | u16(at + 2);
    }

    /** Two bytes, the low one first. */
    int u16Little(long at) throws IOException, UnreadableImageException {
        return u8(at) | u8(at + 1) << 8;
    }

    /** Four bytes, the low one first. */
    long u32Little(long at) throws IOException, UnreadableImageException {
        return u16Little(at) | (long) u16Little(at + 2) << 16;
    }

    /** Whether the characters of a text, one byte each, are at this position. */
    boolean matches(long at, String text) throws IOException, UnreadableImageException {
        if (at < 0 || at + text.length() > size) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (u8(at + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
