package io.adm4j.harness.data.parquet;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** The pages that were used last, decoded, and the room to decode more. Safe for use by several threads. */
public final class PageCache {
    private static final int UNIT = 1024;
    /** A footer's objects take more than its bytes. */
    private static final int FOOTERS = 16;

    private final long most;
    private final Semaphore room;
    private final Map<ParquetPage, PageValues> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long size;

    /** @param most bytes that kept pages take together, and as many those that are being decoded */
    public PageCache(long most) {
        this.most = most;
        // Fair, so that a large page gets its turn.
        this.room = new Semaphore(units(most), true);
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, bytes / UNIT + 1);
    }

    /** @throws IOException if there is no memory for a page of so many bytes, or for a footer */
    void requireRoom(long bytes) throws IOException {
        if (bytes > most) {
            throw new IOException("it takes " + (bytes >> 20) + " MiB of memory at once, of " + (most >> 20)
                    + " MiB: give Java more (JAVA_OPTS=-Xmx..), or write it with smaller row groups");
        }
    }

    void requireRoomForFooter(long bytes) throws IOException {
        requireRoom(FOOTERS * bytes);
    }

    /** Most bytes of the values of a page. */
    long most() {
        return most;
    }

    PageValues values(ParquetPage page) throws IOException {
        // Others that want the same page wait for it.
        synchronized (page) {
            PageValues values = kept(page);
            return values != null ? values : load(page);
        }
    }

    private PageValues kept(ParquetPage page) {
        synchronized (kept) {
            return kept.get(page);
        }
    }

    private PageValues load(ParquetPage page) throws IOException {
        int needed = units(page.memory());
        room.acquireUninterruptibly(needed);
        PageValues values;
        try {
            values = page.load();
        } finally {
            room.release(needed);
        }
        synchronized (kept) {
            kept.put(page, values);
            size += values.size();
            var oldest = kept.values().iterator();
            while (size > most && kept.size() > 1) {
                size -= oldest.next().size();
                oldest.remove();
            }
        }
        return values;
    }
}
