package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that another implementation wrote; see {@code parquet_files.py}. */
class ParquetImagesTest {
    private static final int COUNT = 12;
    private static final int SIZE = 8;
    private static final DatasetOptions OPTIONS = DatasetOptions.ofSize(DatasetOptions.AS_STORED);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none_v1",
                "none_v2",
                "snappy_v1",
                "snappy_v2",
                "gzip_v1",
                "gzip_v2",
                "zstd_v1",
                "zstd_v2",
                "lz4_v1",
                "lz4_v2",
                "small_pages",
                "delta_length",
                "delta_bytes",
                "checksums"
            })
    void imagesAndLabelsAreThoseThatWereWritten(String name) throws IOException {
        Dataset dataset = Dataset.open(file(name), OPTIONS);

        assertImages(IntStream.range(0, COUNT).toArray(), dataset);
        assertArrayEquals(
                IntStream.range(0, COUNT).map(i -> i % 3).toArray(),
                dataset.labels().orElseThrow());
        assertEquals(List.of("0", "1", "2"), dataset.classNames());
        assertEquals(64, dataset.checksum().length());
    }

    @Test
    void rowsMayReferToOneImage() throws IOException {
        assertImages(IntStream.range(0, COUNT).map(i -> i % 3).toArray(), Dataset.open(file("dictionary"), OPTIONS));
    }

    @Test
    void huggingFaceSaysTheNamesOfTheClasses() throws IOException {
        Dataset dataset = Dataset.open(file("hugging_face"), OPTIONS);

        assertImages(IntStream.range(0, COUNT).toArray(), dataset);
        assertEquals(List.of("owl", "cat", "newt", "yak"), dataset.classNames());
        assertEquals(2, dataset.label(11));
        assertFalse(Dataset.open(file("hugging_face"), OPTIONS.withLabels(LabelConvention.NONE))
                .hasLabels());
    }

    @Test
    void imagesMayBeReadInAnyOrder() throws IOException {
        ParquetImages images = ParquetImages.read(file("small_pages"), true, 1 << 20);
        ImageFiles.Checked checked = images.files().checked(FileChannels.RGB, true, warning -> {});

        for (int i : new int[] {11, 0, 5, 4, 11}) {
            assertArrayEquals(
                    pixels(i), decoded(checked.files().images().get(i)).pixels());
        }
    }

    private static PixelImage decoded(ImageEntry image) throws IOException {
        try {
            return ImageDecoder.decode(image.read(), FileChannels.RGB);
        } catch (UnreadableImageException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStreamReadsThemInOrder() throws IOException {
        try (ImageStream stream = ImageStream.open(file("hugging_face"), OPTIONS)) {
            assertArrayEquals(pixels(0, 1, 2, 3, 4, 5, 6), stream.next(7).toByteArray());
            assertArrayEquals(pixels(7, 8, 9, 10, 11), stream.next(7).toByteArray());
        }
    }

    @Test
    void nullsAreDamagedImages() throws IOException {
        List<String> warnings = new ArrayList<>();
        Path file = file("nulls");

        Dataset dataset = Dataset.open(file, OPTIONS, warnings::add);

        assertImages(new int[] {0, 1, 3, 4, 5, 6, 8, 9, 10, 11}, dataset);
        assertEquals(0, dataset.label(2));
        assertEquals(2, dataset.label(6));
        assertEquals(
                List.of("Left out 2 of 12 images in " + file + ": row 2 of nulls.parquet (it has no bytes),"
                        + " row 7 of nulls.parquet (it has no bytes)."),
                warnings);
        refused("cannot be used: row 0 of paths.parquet (it has no bytes)", file("paths"));
    }

    @Test
    void labelsMayBeNamesOrMissing() throws IOException {
        Dataset names = Dataset.open(file("names"), OPTIONS);

        assertEquals(List.of("cat", "owl"), names.classNames());
        assertEquals(1, names.label(0));
        assertImages(IntStream.range(0, COUNT).toArray(), names);
        assertFalse(Dataset.open(file("no_labels"), OPTIONS).hasLabels());
        refused("as row 1 of some_labels.parquet, have none", file("some_labels"));
        assertEquals(
                COUNT,
                Dataset.open(file("some_labels"), OPTIONS.withLabels(LabelConvention.NONE))
                        .size());
        refused("--labels folder is for folders", file("names"), OPTIONS.withLabels(LabelConvention.FOLDER));
    }

    @Test
    void columnsAreFoundByTheirNames() throws IOException {
        Dataset cifar = Dataset.open(file("cifar100"), OPTIONS);

        assertImages(IntStream.range(0, COUNT).toArray(), cifar);
        assertEquals(2, cifar.label(5));
        assertImages(IntStream.range(0, COUNT).toArray(), Dataset.open(file("masks"), OPTIONS));
        refused(
                "several columns of bytes (before.bytes, after.bytes): call the one with the images image",
                file("several"));
        refused("no column of image files", file("lists"));
        refused("its columns are image.list.element, label", file("lists"));
        refused("The column label.list.element", file("label_lists"));
        refused("its column label has texts that are no labels", file("captions"));
    }

    @Test
    void shardsAreOneDataset() throws IOException {
        Path spark = Files.createDirectory(folder.resolve("spark"));
        file("part-00001-c000.snappy", spark);
        file("part-00000-c000.snappy", spark);
        Files.createFile(spark.resolve("_SUCCESS"));
        Files.createFile(spark.resolve("._SUCCESS.crc"));
        Files.createFile(spark.resolve(".part-00000-c000.snappy.parquet.crc"));

        Dataset dataset = Dataset.open(spark, OPTIONS);

        assertImages(IntStream.range(0, COUNT).toArray(), dataset);
        assertEquals(1, dataset.label(7));
        assertEquals(2, dataset.files().size());
        assertImages(
                IntStream.range(6, COUNT).toArray(),
                Dataset.open(spark.resolve("part-{00001..00001}-*.parquet"), OPTIONS));
        assertImages(IntStream.range(0, COUNT).toArray(), Dataset.open(spark.resolve("part-*.parquet"), OPTIONS));
    }

    @Test
    void splitsAreNotMixed() throws IOException {
        for (String name : List.of("test-00000-of-00001", "train-00000-of-00002", "train-00001-of-00002")) {
            Files.copy(file("zstd_v1"), folder.resolve(name + ".parquet"));
            Files.deleteIfExists(folder.resolve("zstd_v1.parquet"));
        }

        refused("several splits (test, train): give those of one as a pattern, such as '", folder);
        assertEquals(
                2 * COUNT,
                Dataset.open(folder.resolve("train-*.parquet"), OPTIONS).size());
    }

    @Test
    void whatCannotBeReadIsRefused() throws IOException {
        refused("it is encrypted", file("encrypted"));
        refused("is encrypted", file("encrypted_columns"));
        refused("compressed with BROTLI, which is not read", file("brotli"));
        byte[] whole = Files.readAllBytes(file("none_v1"));
        refused("it is cut off", Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(whole, 1000)));
        refused("it is cut off", Files.writeString(folder.resolve("short.parquet"), "PAR1"));
        int footer = whole.length
                - 8
                - ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getInt(whole.length - 8);
        refused(
                "could not be read as Parquet: a field has an unknown type",
                Files.write(folder.resolve("footer.parquet"), changed(whole, footer, (byte) 0xff)));
    }

    @Test
    void imagesOfADamagedPageAreLeftOut() throws IOException {
        List<String> warnings = new ArrayList<>();
        Path file = file("checksums");
        // Within the first page of images.
        Files.write(file, changed(Files.readAllBytes(file), 100, (byte) 0x55));

        refused("its file is damaged: the checksum of a page does not match", file);
        Path pages = file("small_pages");
        byte[] whole = Files.readAllBytes(pages);
        // With what zstd begins.
        int first = new String(whole, StandardCharsets.ISO_8859_1).indexOf("(\u00b5/\u00fd");
        Files.write(pages, changed(whole, first, (byte) 0));
        Dataset dataset = Dataset.open(pages, OPTIONS, warnings::add);
        assertImages(IntStream.range(2, COUNT).toArray(), dataset);
        assertTrue(warnings.get(0).contains("Left out 2 of 12 images"), warnings.toString());
    }

    private static byte[] changed(byte[] whole, int at, byte value) {
        byte[] bytes = whole.clone();
        bytes[at] = value;
        return bytes;
    }

    private static void refused(String part, Path path) {
        refused(part, path, OPTIONS);
    }

    private static void refused(String part, Path path, DatasetOptions options) {
        String message =
                assertThrows(UserError.class, () -> Dataset.open(path, options)).getMessage();
        assertTrue(message.contains(part), message);
        assertTrue(message.endsWith(".") && !message.contains("\n"), message);
    }

    private static void assertImages(int[] expected, Dataset dataset) {
        assertEquals(expected.length, dataset.size());
        byte[] image = new byte[SIZE * SIZE * 3];
        for (int i = 0; i < expected.length; i++) {
            dataset.copy(i, image);
            assertArrayEquals(pixels(expected[i]), image);
        }
    }

    /** The formula of {@code parquet_files.py}. */
    private static byte[] pixels(int... images) {
        byte[] pixels = new byte[images.length * SIZE * SIZE * 3];
        int at = 0;
        for (int image : images) {
            for (int p = 0; p < SIZE * SIZE; p++) {
                pixels[at++] = (byte) (20 * image);
                pixels[at++] = (byte) (16 * (p / SIZE));
                pixels[at++] = (byte) (16 * (p % SIZE));
            }
        }
        return pixels;
    }

    private Path file(String name) throws IOException {
        return file(name, folder);
    }

    private static Path file(String name, Path target) throws IOException {
        Path file = target.resolve(name + ".parquet");
        return Files.write(file, bytes(name));
    }

    /** A file of the test resources. */
    static byte[] bytes(String name) throws IOException {
        try (var in = ParquetImagesTest.class.getResourceAsStream("/parquet/" + name + ".parquet")) {
            return in.readAllBytes();
        }
    }
}
