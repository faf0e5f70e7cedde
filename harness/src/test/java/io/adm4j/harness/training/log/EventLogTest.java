package io.adm4j.harness.training.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files read by a reader of its own: records with checksums, then fields by number. */
class EventLogTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_500L), ZoneOffset.UTC);

    @TempDir
    Path folder;

    @Test
    void beginsWithVersionAndStart() throws IOException {
        started(0).ended();

        List<Map<Integer, Object>> events = events(files().get(0));
        assertEquals(
                "events.out.tfevents.1700000000.adm4j.000000",
                files().get(0).getFileName().toString());
        assertEquals(1_700_000_000.5, events.get(0).get(1));
        assertEquals("brain.Event:2", text(events.get(0).get(3)));
        assertEquals(1L, events.get(1).get(2), "the first step to come");
        assertEquals(Map.of(1, 1L), fields(events.get(1).get(7)), "status START");
        assertEquals(2, events.size());
    }

    @Test
    void anEventHasTheValuesOfAStep() throws IOException {
        EventLog log = started(0);
        log.step(Reports.step(1, 0.001, 0.5, Double.NaN, 1.5));
        Map<Integer, Object> event = events(files().get(0)).get(2);
        log.ended();

        assertEquals(1L, event.get(2));
        assertEquals(
                "{grad_norm=3.0, loss=0.5, loss_q1=0.5, lr=0.001, mse=NaN, param_norm=7.0, samples=4.0,"
                        + " seconds/data_wait=0.25, seconds/forward_backward=1.0, seconds/optimizer=2.0,"
                        + " seconds/preparation=0.5, seconds/saving=4.0, seconds/total=1.5}",
                scalars(event).toString(),
                "flushed at once");
    }

    @Test
    void aResumedRunAddsAFileThatTellsReadersToDropLaterSteps() throws IOException {
        started(0).ended();
        byte[] first = Files.readAllBytes(files().get(0));

        started(7).ended();

        assertEquals(2, files().size());
        assertArrayEquals(first, Files.readAllBytes(files().get(0)));
        assertEquals(8L, events(files().get(1)).get(1).get(2));
    }

    @Test
    void aNewRunDeletesTheFilesOfTheOneBefore() throws IOException {
        Files.writeString(folder.resolve("log.csv"), "stays");
        started(0).ended();
        started(7).ended();

        started(0).ended();

        assertEquals(1, files().size());
        assertTrue(Files.exists(folder.resolve("log.csv")));
    }

    @Test
    void imagesAreKeptAsTheyAre() throws IOException {
        byte[] png = {1, 2, 3};
        EventLog log = started(0);
        log.image(5, "preview", png, 30, 20, 3);
        log.ended();

        Map<Integer, Object> event = events(files().get(0)).get(2);
        Map<Integer, Object> value = fields(fields(event.get(5)).get(1));
        Map<Integer, Object> image = fields(value.get(4));
        assertEquals(5L, event.get(2));
        assertEquals("preview", text(value.get(1)));
        assertEquals(List.of(20L, 30L, 3L), List.of(image.get(1), image.get(2), image.get(3)), "height first");
        assertArrayEquals(png, (byte[]) image.get(4));
    }

    private EventLog started(long step) {
        EventLog log = new EventLog(folder, CLOCK);
        log.started(Reports.start(step));
        return log;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(f -> f.getFileName().toString().contains("tfevents"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Map<Integer, Object>> events(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Map<Integer, Object>> events = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] data = new byte[Math.toIntExact(bytes.getLong(bytes.position()))];
            byte[] length = new byte[8];
            bytes.get(length);
            assertEquals(masked(length), bytes.getInt());
            bytes.get(data);
            assertEquals(masked(data), bytes.getInt());
            events.add(fields(data));
        }
        return events;
    }

    /** CRC-32C bit by bit, then masked as TensorFlow's record format has it. */
    private static int masked(byte[] data) {
        int crc = -1;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) == 1 ? 0x82f63b78 : 0);
            }
        }
        crc = ~crc;
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    /** The fields of a message by number; of repeated ones the last. */
    private static Map<Integer, Object> fields(Object message) throws IOException {
        Map<Integer, Object> fields = new TreeMap<>();
        CodedInputStream in = CodedInputStream.newInstance((byte[]) message);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            fields.put(WireFormat.getTagFieldNumber(tag), value(in, WireFormat.getTagWireType(tag)));
        }
        return fields;
    }

    private static Object value(CodedInputStream in, int type) throws IOException {
        return switch (type) {
            case WireFormat.WIRETYPE_VARINT -> in.readInt64();
            case WireFormat.WIRETYPE_FIXED64 -> in.readDouble();
            case WireFormat.WIRETYPE_FIXED32 -> in.readFloat();
            default -> in.readByteArray();
        };
    }

    private static Map<String, Float> scalars(Map<Integer, Object> event) throws IOException {
        Map<String, Float> scalars = new TreeMap<>();
        CodedInputStream in = CodedInputStream.newInstance((byte[]) event.get(5));
        while (in.readTag() != 0) {
            Map<Integer, Object> value = fields(in.readByteArray());
            scalars.put(text(value.get(1)), (Float) value.get(2));
        }
        return scalars;
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
    }
}
