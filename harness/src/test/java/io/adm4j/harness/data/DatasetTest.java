package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.io.Npz;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
    @TempDir
    Path folder;

    @Test
    void readsLabelledNpz() {
        Path file = npz(ramp(3 * 4 * 4 * 3), new long[] {3, 4, 4, 3}, new long[] {2, 0, 1});

        Dataset data = Dataset.open(file, DatasetOptions.ofSize(4));

        assertEquals(3, data.size());
        assertEquals(3, data.classCount());
        assertEquals(List.of("0", "1", "2"), data.classNames());
        assertEquals(2, data.label(0));
        byte[] second = new byte[48];
        data.copy(1, second);
        assertArrayEquals(Arrays.copyOfRange(ramp(144), 48, 96), second);
    }

    @Test
    void npzWithoutLabelsSaysSoWhenAsked() {
        Path file = npz(ramp(2 * 4 * 4 * 3), new long[] {2, 4, 4, 3}, null);

        Dataset data = Dataset.open(file, DatasetOptions.ofSize(DatasetOptions.AS_STORED));

        assertFalse(data.hasLabels());
        assertEquals(0, data.classCount());
        assertEquals(4, data.imageSize());
        assertTrue(
                assertThrows(UserError.class, () -> data.label(0)).getMessage().contains("no labels"));
    }

    @Test
    void repeatsGrayInNpz() {
        Path file = npz(ramp(2 * 2 * 2), new long[] {2, 2, 2}, null);

        byte[] image = new byte[12];
        Dataset.open(file, DatasetOptions.ofSize(2)).copy(1, image);

        assertArrayEquals(new byte[] {4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7}, image);
    }

    @Test
    void resizesImagesOfNpz() {
        byte[] plain = new byte[2 * 8 * 8 * 3];
        Arrays.fill(plain, (byte) 77);
        Path file = npz(plain, new long[] {2, 8, 8, 3}, null);

        byte[] image = new byte[5 * 5 * 3];
        Dataset.open(file, DatasetOptions.ofSize(5)).copy(0, image);

        byte[] expected = new byte[5 * 5 * 3];
        Arrays.fill(expected, (byte) 77);
        assertArrayEquals(expected, image);
    }

    @Test
    void refusesOddNpz() {
        assertOneSentence(npz(ramp(24), new long[] {2, 2, 2, 3}, new long[] {1}), "one label for each");
        assertOneSentence(npz(ramp(24), new long[] {2, 2, 2, 3}, new long[] {1, -1}), "Label -1");
        assertOneSentence(npz(ramp(24), new long[] {24}, null), "uint8 [N, height, width, 3]");
        Path other = folder.resolve("other.npz");
        Npz.write(other, Map.of("x", Tensor.of(new float[] {1}, 1)));
        assertOneSentence(other, "The array x in");
        Npz.write(other, Map.of("x", Tensor.of(new float[] {1}, 1), "y", Tensor.of(new float[] {1}, 1)));
        assertOneSentence(other, "no array arr_0");
    }

    @Test
    void refusesTruncatedNpz() throws IOException {
        Path file = npz(ramp(240), new long[] {20, 2, 2, 3}, null);
        byte[] all = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(all, all.length / 2));

        assertOneSentence(file, "npz");
    }

    @Test
    void readsOneFolderPerClass() throws IOException {
        png(folder.resolve("trouser/b.png"), 6, 6, 0x102030);
        png(folder.resolve("bag/z.PNG"), 12, 9, 0x405060);
        png(folder.resolve("bag/inner/a.png"), 6, 6, 0x708090);
        Files.writeString(folder.resolve("bag/notes.txt"), "not an image");

        Dataset data = Dataset.open(folder, DatasetOptions.ofSize(4));

        assertEquals(List.of("bag", "trouser"), data.classNames());
        assertEquals(3, data.size());
        assertEquals(List.of(0, 0, 1), List.of(data.label(0), data.label(1), data.label(2)));
        assertFirstPixel(data, 0, 0x708090);
        assertFirstPixel(data, 1, 0x405060);
        assertFirstPixel(data, 2, 0x102030);
    }

    @Test
    void readsLabelsFromNames() throws IOException {
        png(folder.resolve("dog_2.png"), 4, 4, 0x010101);
        png(folder.resolve("cat_a_1.png"), 4, 4, 0x020202);
        png(folder.resolve("dog_1.png"), 4, 4, 0x030303);

        Dataset data = Dataset.open(folder, DatasetOptions.ofSize(4));

        assertEquals(List.of("cat", "dog"), data.classNames());
        assertEquals(List.of(0, 1, 1), List.of(data.label(0), data.label(1), data.label(2)));
        assertFirstPixel(data, 1, 0x030303);
    }

    @Test
    void takesPlainNamesAsUnlabeled() throws IOException {
        png(folder.resolve("1.png"), 4, 4, 0x010101);
        png(folder.resolve("dog_1.png"), 4, 4, 0x030303);

        assertFalse(Dataset.open(folder, DatasetOptions.ofSize(4)).hasLabels());
    }

    @Test
    void keepsGrayValuesOfGrayFiles() throws IOException {
        BufferedImage gray = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setPixels(0, 0, 2, 2, new int[] {10, 100, 200, 255});
        ImageIO.write(gray, "png", folder.resolve("a.png").toFile());

        byte[] image = new byte[12];
        Dataset.open(folder, DatasetOptions.ofSize(2)).copy(0, image);

        assertArrayEquals(
                new byte[] {10, 10, 10, 100, 100, 100, (byte) 200, (byte) 200, (byte) 200, -1, -1, -1}, image);
    }

    @Test
    void refusesOddFolders() throws IOException {
        assertOneSentence(folder, "holds no images");
        png(folder.resolve("bag/a.png"), 4, 4, 0);
        Files.createDirectory(folder.resolve("empty"));
        assertOneSentence(folder, "empty holds no images");
        png(folder.resolve("stray.png"), 4, 4, 0);
        assertOneSentence(folder, "both images");
        assertOneSentence(folder.resolve("nowhere"), "There is no file or folder");
    }

    @Test
    void padsImagesOfIdx() throws IOException {
        Path data = Files.createDirectory(folder.resolve("fashion-set"));
        idx(data.resolve("train-images-idx3-ubyte.gz"), new int[] {2, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8);
        idx(data.resolve("train-labels-idx1-ubyte"), new int[] {2}, 9, 0);

        Dataset images = Dataset.open(data, DatasetOptions.ofSize(4));

        assertEquals("Ankle boot", images.classNames().get(images.label(0)));
        assertEquals("T-shirt/top", images.classNames().get(images.label(1)));
        byte[] second = new byte[48];
        Arrays.fill(second, (byte) 99);
        images.copy(1, second);
        int[] gray = {0, 0, 0, 0, 0, 5, 6, 0, 0, 7, 8, 0, 0, 0, 0, 0};
        for (int i = 0; i < 48; i++) {
            assertEquals(gray[i / 3], second[i], "value " + i);
        }
        UserError e = assertThrows(UserError.class, () -> Dataset.open(data, new DatasetOptions(4, Split.TEST)));
        assertTrue(e.getMessage().contains("lacks t10k-images-idx3-ubyte"), e.getMessage());
    }

    @Test
    void namesDigitsOtherwise() throws IOException {
        idx(folder.resolve("t10k-images-idx3-ubyte"), new int[] {1, 4, 4}, new int[16]);
        idx(folder.resolve("t10k-labels-idx1-ubyte"), new int[] {1}, 7);

        Dataset images = Dataset.open(folder, new DatasetOptions(2, Split.TEST));

        assertEquals("7", images.classNames().get(images.label(0)));
        assertEquals(12, images.imageBytes());
    }

    @Test
    void refusesOddIdx() throws IOException {
        Path images = folder.resolve("train-images-idx3-ubyte");
        Path labels = folder.resolve("train-labels-idx1-ubyte");
        idx(images, new int[] {2, 2, 2}, new int[8]);
        assertOneSentence(folder, "lacks train-labels-idx1-ubyte");
        idx(labels, new int[] {1}, 0);
        assertOneSentence(folder, "2 images");
        idx(labels, new int[] {2}, 0);
        assertOneSentence(folder, "ends too early");
        Files.writeString(labels, "something else");
        assertOneSentence(folder, "not an IDX file");
    }

    @Test
    void checksumIsWhatSha256sumSays() throws Exception {
        Path file = npz(ramp(12), new long[] {1, 2, 2, 3}, null);
        String single = Sha256.of(Files.readAllBytes(file));
        assertEquals(single, Dataset.open(file, DatasetOptions.ofSize(2)).checksum());

        Path set = Files.createDirectories(folder.resolve("set"));
        png(set.resolve("b/1.png"), 2, 2, 5);
        png(set.resolve("a/1.png"), 2, 2, 6);
        String lines = Sha256.of(Files.readAllBytes(set.resolve("a/1.png"))) + "  a/1.png\n"
                + Sha256.of(Files.readAllBytes(set.resolve("b/1.png"))) + "  b/1.png\n";
        assertEquals(
                Sha256.of(lines.getBytes(StandardCharsets.UTF_8)),
                Dataset.open(set, DatasetOptions.ofSize(2)).checksum());
    }

    @Test
    void streamsBatches() {
        Path file = npz(ramp(5 * 12), new long[] {5, 2, 2, 3}, null);
        try (ImageStream stream = ImageStream.open(file, DatasetOptions.ofSize(2))) {
            assertEquals(5, stream.size());
            assertEquals(3, stream.next(3).dim(0));
            assertArrayEquals(
                    Arrays.copyOfRange(ramp(60), 36, 60), stream.next(3).toByteArray());
            assertEquals(null, stream.next(3));
        }
        UserError e = assertThrows(UserError.class, () -> ImageStream.open(file, DatasetOptions.ofSize(3)));
        assertTrue(e.getMessage().contains("are 2x2, but 3x3 are needed"), e.getMessage());
    }

    private void assertOneSentence(Path source, String part) {
        UserError e = assertThrows(UserError.class, () -> Dataset.open(source, DatasetOptions.ofSize(4)));
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(e.getMessage().endsWith("."), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    private static void assertFirstPixel(Dataset data, int index, int rgb) {
        byte[] image = new byte[data.imageBytes()];
        data.copy(index, image);
        assertEquals(rgb, (image[0] & 0xff) << 16 | (image[1] & 0xff) << 8 | image[2] & 0xff);
    }

    private Path npz(byte[] images, long[] shape, long[] labels) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("arr_0", Tensor.of(images, shape));
        if (labels != null) {
            arrays.put("arr_1", Tensor.of(labels, labels.length));
        }
        Path file = folder.resolve("data.npz");
        Npz.write(file, arrays);
        return file;
    }

    private static byte[] ramp(int length) {
        byte[] values = new byte[length];
        for (int i = 0; i < length; i++) {
            values[i] = (byte) i;
        }
        return values;
    }

    private static void png(Path file, int width, int height, int rgb) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, rgb);
            }
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private static void idx(Path file, int[] shape, int... values) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * shape.length).putInt(8 << 8 | shape.length);
        Arrays.stream(shape).forEach(header::putInt);
        bytes.write(header.array());
        Arrays.stream(values).forEach(bytes::write);
        try (OutputStream raw = Files.newOutputStream(file);
                OutputStream out = file.toString().endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
            bytes.writeTo(out);
        }
    }
}
