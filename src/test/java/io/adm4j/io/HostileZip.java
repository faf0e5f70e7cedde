package io.adm4j.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes zip archives field by field, so that any field can be false. */
public final class HostileZip {
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int LOCATOR64 = 0x07064b50;

    /** Names of another location, or twice the same; % stands for a valid name. */
    private static final String[] TRICKS = {
        "../../%", "/etc/%", "a\\%", "%/", "a/%/%", "", "\0", "a/../a/%", "C:%", "%", "a//%", "A/%", "\ud83d\ude00/%"
    };

    private static final Part BOMB = deflated("", new byte[1 << 24]);

    private final SplittableRandom random;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<Field> fields = new ArrayList<>();

    /** Where a number stands. */
    private record Field(int at, int width) {}

    /** A file of the archive; lengths are those that its headers give. */
    private record Part(byte[] name, byte[] packed, long length, int method, long sum) {}

    public HostileZip(SplittableRandom random) {
        this.random = random;
    }

    /**
     * An archive with something wrong.
     *
     * @param folder before the names of parts, or empty
     * @param first name of the most important part, without the folder
     * @param honest contents by name, that part first
     */
    public byte[] of(String folder, String first, Map<String, byte[]> honest) {
        List<Part> parts = new ArrayList<>();
        honest.forEach(
                (name, content) -> parts.add(random.nextInt(8) == 0 ? deflated(name, content) : part(name, content)));
        byte[] content = honest.get(folder + first);
        int falsified = random.nextInt(4);
        switch (random.nextInt(8)) {
            case 0 -> parts.add(random.nextInt(parts.size() + 1), parts.get(random.nextInt(parts.size())));
            case 1 -> parts.remove(random.nextInt(parts.size()));
            case 2 -> parts.add(0, part(trick(first), content));
            case 3 -> parts.set(0, part(trick(first), content));
            case 4 -> {
                int place = random.nextInt(parts.size());
                parts.set(place, bomb(parts.get(place)));
            }
            case 5 -> parts.set(0, new Part(noise(random.nextInt(40)), content, content.length, 0, crc(content)));
            default -> falsified++;
        }
        write(parts, random.nextInt(4) == 0);
        byte[] bytes = out.toByteArray();
        for (int i = 0; i < falsified; i++) {
            falsify(bytes, fields.get(random.nextInt(fields.size())));
        }
        return bytes;
    }

    private String trick(String name) {
        return TRICKS[random.nextInt(TRICKS.length)].replace("%", name);
    }

    private static Part deflated(String name, byte[] content) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        deflater.setInput(content);
        deflater.finish();
        byte[] packed = new byte[content.length + 1000];
        int length = deflater.deflate(packed);
        deflater.end();
        return new Part(bytes(name), Arrays.copyOf(packed, length), content.length, Deflater.DEFLATED, crc(content));
    }

    /** A part that unpacks to hundreds of times its size, and sometimes does not say so. */
    private Part bomb(Part instead) {
        long claimed = random.nextBoolean() ? BOMB.length : instead.length;
        return new Part(instead.name, BOMB.packed, claimed, BOMB.method, BOMB.sum);
    }

    private static Part part(String name, byte[] content) {
        return new Part(bytes(name), content, content.length, 0, crc(content));
    }

    private void write(List<Part> parts, boolean large) {
        List<Integer> offsets = new ArrayList<>();
        for (Part p : parts) {
            offsets.add(out.size());
            number(4, LOCAL);
            header(p, false);
            number(2, p.name.length);
            number(2, 0);
            out.writeBytes(p.name);
            out.writeBytes(p.packed);
        }
        int start = out.size();
        for (int i = 0; i < parts.size(); i++) {
            Part p = parts.get(i);
            number(4, CENTRAL);
            number(2, 45);
            header(p, large);
            number(2, p.name.length);
            number(2, large ? 20 : 0);
            number(2, 0);
            number(2, 0);
            number(2, 0);
            number(4, 0);
            number(4, offsets.get(i));
            out.writeBytes(p.name);
            if (large) {
                number(2, 1);
                number(2, 16);
                number(8, p.length);
                number(8, p.packed.length);
            }
        }
        int length = out.size() - start;
        if (large) {
            int end64 = out.size();
            number(4, END64);
            number(8, 44);
            number(2, 45);
            number(2, 45);
            number(4, 0);
            number(4, 0);
            number(8, parts.size());
            number(8, parts.size());
            number(8, length);
            number(8, start);
            number(4, LOCATOR64);
            number(4, 0);
            number(8, end64);
            number(4, 1);
        }
        number(4, END);
        number(2, 0);
        number(2, 0);
        number(2, large ? 0xffff : parts.size());
        number(2, large ? 0xffff : parts.size());
        number(4, large ? -1 : length);
        number(4, large ? -1 : start);
        number(2, 0);
    }

    /** What local and central headers share: version, flags, method, time, date, checksum and sizes. */
    private void header(Part p, boolean large) {
        number(2, 20);
        number(2, 0x800);
        number(2, p.method);
        number(2, 0);
        number(2, 0x21);
        number(4, p.sum);
        number(4, large ? -1 : p.packed.length);
        number(4, large ? -1 : p.length);
    }

    private void number(int width, long value) {
        fields.add(new Field(out.size(), width));
        for (int i = 0; i < width; i++) {
            out.write((int) (value >> 8 * i));
        }
    }

    private void falsify(byte[] bytes, Field field) {
        ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(bytes, field.at, field.width);
        long original = buffer.getLong(0);
        long falsified = switch (random.nextInt(9)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> original + 1;
            case 3 -> original - 1;
            case 4 -> 1L << 8 * field.width - 1;
            case 5 -> (1L << 8 * field.width - 1) - 1;
            case 6 -> random.nextInt(bytes.length);
            case 7 -> original * 2 + random.nextInt(16);
            default -> random.nextLong();
        };
        buffer.putLong(0, falsified).get(0, bytes, field.at, field.width);
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        for (int i = 0; i < length; i++) {
            noise[i] = (byte) random.nextInt(256);
        }
        return noise;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long crc(byte[] content) {
        CRC32 sum = new CRC32();
        sum.update(content);
        return sum.getValue();
    }
}
