package io.adm4j.harness.training.log;

import com.google.protobuf.CodedOutputStream;
import io.adm4j.io.DiskWait;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * An event file of TensorBoard: TFRecords (length, masked CRC32C of the length, data, masked CRC32C of the data) of
 * {@code tensorflow.Event} messages. Each event is written at once.
 *
 * <p>The few fields used are written by hand: the classes generated for the messages come with a library of 3 MB.
 */
final class EventFile implements Closeable {
    private static final String VERSION = "brain.Event:2";
    private static final int MASK_DELTA = 0xa282ead8;

    // Fields of tensorflow.Event, tensorflow.SessionLog, tensorflow.Summary and its values.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int STATUS = 1;
    private static final int START = 1;
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int IMAGE = 4;
    private static final int IMAGE_HEIGHT = 1;
    private static final int IMAGE_WIDTH = 2;
    private static final int IMAGE_COLORSPACE = 3;
    private static final int IMAGE_PNG = 4;

    private final OutputStream out;

    private EventFile(OutputStream out) {
        this.out = out;
    }

    /** What writes the fields of a message. */
    private interface Message {
        void write(CodedOutputStream fields) throws IOException;
    }

    /**
     * Creates a file. Readers drop what earlier files of the folder say of its first step and later ones.
     *
     * @param wallTime seconds since 1970
     * @param firstStep the first step that will be written
     * @param wait for each event while the disk is full
     */
    static EventFile create(Path file, double wallTime, long firstStep, DiskWait wait) throws IOException {
        Files.createFile(file);
        EventFile events = new EventFile(wait.append(file));
        try {
            events.record(message(event -> {
                event.writeDouble(WALL_TIME, wallTime);
                event.writeString(FILE_VERSION, VERSION);
            }));
            events.record(message(event -> {
                event.writeDouble(WALL_TIME, wallTime);
                event.writeInt64(STEP, firstStep);
                event.writeByteArray(SESSION_LOG, message(log -> log.writeEnum(STATUS, START)));
            }));
            return events;
        } catch (IOException e) {
            events.close();
            throw e;
        }
    }

    /** Adds the values of a step by tag. */
    void scalars(double wallTime, long step, Map<String, Double> values) throws IOException {
        summary(wallTime, step, summary -> {
            for (Map.Entry<String, Double> value : values.entrySet()) {
                summary.writeByteArray(VALUE, message(fields -> {
                    fields.writeString(TAG, value.getKey());
                    fields.writeFloat(SIMPLE_VALUE, value.getValue().floatValue());
                }));
            }
        });
    }

    /** Adds an image. */
    void image(double wallTime, long step, String tag, byte[] png, int width, int height, int channels)
            throws IOException {
        byte[] image = message(fields -> {
            fields.writeInt32(IMAGE_HEIGHT, height);
            fields.writeInt32(IMAGE_WIDTH, width);
            fields.writeInt32(IMAGE_COLORSPACE, channels);
            fields.writeByteArray(IMAGE_PNG, png);
        });
        summary(
                wallTime,
                step,
                summary -> summary.writeByteArray(VALUE, message(fields -> {
                    fields.writeString(TAG, tag);
                    fields.writeByteArray(IMAGE, image);
                })));
    }

    private void summary(double wallTime, long step, Message summary) throws IOException {
        byte[] written = message(summary);
        record(message(event -> {
            event.writeDouble(WALL_TIME, wallTime);
            event.writeInt64(STEP, step);
            event.writeByteArray(SUMMARY, written);
        }));
    }

    private static byte[] message(Message message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream fields = CodedOutputStream.newInstance(bytes);
        message.write(fields);
        fields.flush();
        return bytes.toByteArray();
    }

    private void record(byte[] data) throws IOException {
        ByteBuffer framed = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        framed.putLong(data.length);
        framed.putInt(maskedChecksum(framed.array(), Long.BYTES));
        framed.put(data);
        framed.putInt(maskedChecksum(data, data.length));
        out.write(framed.array());
    }

    /** The checksum rotated and shifted, since one of data that holds checksums would be weak. */
    private static int maskedChecksum(byte[] data, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(data, 0, length);
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
