package io.adm4j.harness.data;

import io.adm4j.FuzzRun;
import io.adm4j.feedback.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever an image file or a zip of images holds, it yields images or a {@link UserError}; see {@link FuzzRun}. */
class ImageFuzzTest {
    /** A file of any size may have a million pixels; decoded, resized and converted they take several times that. */
    private static final long MOST_ALLOCATED = 64L << 20;

    /** A byte may hold 10,000 pixels. */
    private static final int MOST_ALLOCATED_PER_BYTE = 200_000;

    @TempDir
    Path folder;

    @Test
    void everyFileIsReadOrRefused() throws Exception {
        new FuzzRun(new Images(folder), UserError.class, MOST_ALLOCATED, MOST_ALLOCATED_PER_BYTE).check();
    }

    /** What is changed. */
    private enum Kind {
        JPEG("ycc.jpg", "halved.jpg", "progressive.jpg", "cmyk.jpg", "turned6.jpg"),
        PNG("turned.png", "palette.png", "rgb16.png", "gray_alpha.png"),
        WEBP("lossless.webp", "lossy.webp", "animated.webp", "turned.webp"),
        TIFF("plain.tif", "deflate.tif", "turned.tif", "fax.tif", "cmyk.tif", "gray16.tif"),
        OTHERS("animated.gif", "part.gif", "palette.bmp", "five_bits.bmp"),
        /** A zip of sound images, changed. */
        ARCHIVE("turned.png", "plain.tif", "gray.jpg"),
        /** A tar of sound images, changed. */
        TAR("turned.png", "plain.tif", "gray.jpg");

        private final List<String> originals;

        Kind(String... originals) {
            this.originals = List.of(originals);
        }
    }

    private static final class Images implements FuzzRun.Subject {
        /** No file needs to be resized to this size by much. */
        private static final DatasetOptions OPTIONS = DatasetOptions.ofSize(8);

        private final Path file;
        private final Map<String, byte[]> originals = new LinkedHashMap<>();
        private final byte[] archive;
        private final byte[] tar;

        Images(Path folder) throws IOException {
            file = folder.resolve("fuzzed");
            for (Kind kind : Kind.values()) {
                for (String name : kind.originals) {
                    originals.put(name, ImageDecoderTest.file(name));
                }
            }
            archive = archive();
            tar = tar();
        }

        private byte[] tar() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
                out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
                int number = 0;
                for (String name : Kind.TAR.originals) {
                    String key = "folder/".repeat(20) + number++;
                    add(out, key + name.substring(name.indexOf('.')), originals.get(name));
                    add(out, key + ".json", "{\"label\": 3}".getBytes(StandardCharsets.UTF_8));
                }
            }
            return bytes.toByteArray();
        }

        private static void add(TarArchiveOutputStream out, String name, byte[] content) throws IOException {
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(content.length);
            out.putArchiveEntry(entry);
            out.write(content);
            out.closeArchiveEntry();
        }

        private byte[] archive() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZipOutputStream out = new ZipOutputStream(bytes)) {
                StringBuilder labels = new StringBuilder();
                for (String name : Kind.ARCHIVE.originals) {
                    out.putNextEntry(new ZipEntry("00000/" + name));
                    out.write(originals.get(name));
                    labels.append(labels.isEmpty() ? "" : ", ").append("[\"00000/" + name + "\", 3]");
                }
                out.putNextEntry(new ZipEntry(DatasetLabels.FILE));
                out.write(("{\"labels\": [" + labels + "]}").getBytes(StandardCharsets.UTF_8));
            }
            return bytes.toByteArray();
        }

        @Override
        public String kind(int number) {
            return turn(number).toString();
        }

        private static Kind turn(int number) {
            return Kind.values()[number % Kind.values().length];
        }

        @Override
        public Path make(int number, SplittableRandom random) throws IOException {
            List<String> names = turn(number).originals;
            byte[] original = switch (turn(number)) {
                case ARCHIVE -> archive;
                case TAR -> tar;
                default -> originals.get(names.get(random.nextInt(names.size())));
            };
            return Files.write(file, FuzzRun.changed(random, original));
        }

        @Override
        public void read(Path fuzzed) {
            // Any of gray, gray with alpha, RGB and RGBA.
            int channels = 1 + (int) (fuzzed.toFile().length() % 4);
            Dataset dataset = Dataset.open(fuzzed, OPTIONS.withChannels(channels));
            byte[] image = new byte[dataset.imageBytes()];
            for (int i = 0; i < dataset.size(); i++) {
                dataset.copyUsable(i, image);
            }
        }
    }
}
