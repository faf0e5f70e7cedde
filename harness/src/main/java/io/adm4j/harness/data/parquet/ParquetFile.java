package io.adm4j.harness.data.parquet;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the footer of a Parquet file says: its columns, and where their values are. Immutable. */
public final class ParquetFile {
    private static final String MAGIC = "PAR1";
    private static final String ENCRYPTED = "PARE";
    private static final int ENDING = 8;

    private final Path file;
    private final PageCache cache;
    private final Footer footer;
    private final List<ParquetColumn> columns;
    /** Position in the file of its footer. */
    private final long end;

    private ParquetFile(Path file, PageCache cache, Footer footer, long end) throws IOException {
        this.file = file;
        this.cache = cache;
        this.footer = footer;
        this.columns = SchemaElement.leaves(footer.schema);
        this.end = end;
        long rows = 0;
        for (RowGroup group : footer.groups) {
            if (group.chunks().size() != columns.size() || group.rows() > Integer.MAX_VALUE - rows) {
                throw new IOException("its footer is damaged");
            }
            rows += group.rows();
        }
        if (rows > end) {
            throw new IOException("it claims to have " + rows + " rows, more than it has bytes");
        }
    }

    /**
     * Reads the footer.
     *
     * @param cache of its pages, and of others'
     * @throws IOException if it is damaged or encrypted
     */
    public static ParquetFile open(Path file, PageCache cache) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long size = channel.size();
            if (size < MAGIC.length() + ENDING) {
                throw new EOFException("it is cut off");
            }
            ByteBuffer ending = read(channel, size - ENDING, ENDING);
            long length = ending.getInt() & 0xffffffffL;
            String magic = StandardCharsets.ISO_8859_1.decode(ending).toString();
            if (magic.equals(ENCRYPTED)) {
                throw encrypted();
            }
            long end = size - ENDING - length;
            if (!magic.equals(MAGIC) || end < MAGIC.length()) {
                throw new IOException("it is cut off");
            }
            cache.requireRoomForFooter(length);
            Footer footer = new Footer();
            CompactReader in = new CompactReader(
                    new ByteArrayInputStream(read(channel, end, (int) length).array()));
            in.message(number -> footer.field(in, number));
            return new ParquetFile(file, cache, footer, end);
        }
    }

    private static ByteBuffer read(SeekableByteChannel channel, long at, int length) throws IOException {
        channel.position(at);
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("it is cut off");
            }
        }
        return bytes.flip();
    }

    private static IOException encrypted() {
        return new IOException("it is encrypted: write it without encryption");
    }

    /** All columns, in their order. */
    public List<ParquetColumn> columns() {
        return columns;
    }

    /** What the file says of itself under a name. */
    public Optional<String> property(String name) {
        return Optional.ofNullable(footer.properties.get(name));
    }

    /**
     * The pages of a column, in the order of their rows. Reads their headers.
     *
     * @param column of this file, not repeated
     * @throws IOException if one is damaged, or the column is stored as it is not read here
     */
    public List<ParquetPage> pages(ParquetColumn column) throws IOException {
        List<ParquetPage> pages = new ArrayList<>();
        int row = 0;
        long at = MAGIC.length();
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            for (RowGroup group : footer.groups) {
                ColumnChunk chunk = group.chunks().get(column.number());
                Compression compression = chunk.compression(column);
                if (group.rows() > 0 && chunk.start() < at) {
                    // No part of a file may be read many times: a small one would take as long as a large one.
                    throw new IOException("its footer is damaged");
                }
                Optional<ParquetPage> dictionary = Optional.empty();
                at = Math.max(at, chunk.start());
                for (int last = row + group.rows(); row < last; ) {
                    PageHeader header = PageHeader.read(channel, at);
                    at = header.start() + header.stored();
                    if (at > end) {
                        throw new EOFException("a page is cut off");
                    }
                    if (header.kind() == PageHeader.Kind.INDEX) {
                        continue;
                    }
                    ParquetPage page = new ParquetPage(file, column, compression, header, row, dictionary, cache);
                    if (header.kind() == PageHeader.Kind.DICTIONARY) {
                        dictionary = Optional.of(page);
                        continue;
                    }
                    if (page.size() > last - row) {
                        throw new IOException("a page has more values than its row group has rows");
                    }
                    pages.add(page);
                    row += page.size();
                }
            }
        }
        return pages;
    }

    /** The fields of a footer that matter here. */
    private static final class Footer {
        private final List<SchemaElement> schema = new ArrayList<>();
        private final List<RowGroup> groups = new ArrayList<>();
        private final Map<String, String> properties = new HashMap<>();

        private void field(CompactReader in, int number) throws IOException {
            switch (number) {
                case 2 -> in.list(() -> schema.add(SchemaElement.read(in)));
                case 4 -> in.list(() -> groups.add(RowGroup.read(in)));
                case 5 -> in.list(() -> property(in));
                case 8 -> throw encrypted();
                default -> {
                    // Not needed.
                }
            }
        }

        private void property(CompactReader in) throws IOException {
            String[] pair = {"", ""};
            in.struct(number -> {
                if (number == 1 || number == 2) {
                    pair[number - 1] = in.text();
                }
            });
            properties.put(pair[0], pair[1]);
        }
    }

    private record RowGroup(List<ColumnChunk> chunks, int rows) {
        static RowGroup read(CompactReader in) throws IOException {
            List<ColumnChunk> chunks = new ArrayList<>();
            int[] rows = {-1};
            in.struct(number -> {
                if (number == 1) {
                    in.list(() -> chunks.add(ColumnChunk.read(in)));
                } else if (number == 3) {
                    rows[0] = in.count();
                }
            });
            if (rows[0] < 0 || chunks.isEmpty()) {
                throw new IOException("its footer is damaged");
            }
            return new RowGroup(chunks, rows[0]);
        }
    }
}
