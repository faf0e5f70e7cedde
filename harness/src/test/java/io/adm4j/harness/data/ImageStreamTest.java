package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.io.Npz;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same seven images from every source. */
class ImageStreamTest {
    private static final int COUNT = 7;
    private static final int SIZE = 2;
    private static final int BYTES = SIZE * SIZE * 3;
    private static final int[] LABELS = {0, 0, 0, 1, 1, 2, 2};

    @TempDir
    Path folder;

    private enum Source {
        NPZ,
        FOLDER,
        DATASET,
        TENSOR,
        GENERATED,
        FIRST,
        CHOSEN,
        CHOSEN_NPZ,
        CHOSEN_FOLDER
    }

    private ImageStream open(Source source) throws IOException {
        return switch (source) {
            case NPZ -> ImageStream.open(npz(), DatasetOptions.ofSize(SIZE));
            case FOLDER -> ImageStream.open(pngs(), DatasetOptions.ofSize(SIZE));
            case DATASET -> ImageStream.of(Dataset.open(npz(), DatasetOptions.ofSize(SIZE)));
            case TENSOR -> ImageStream.of(all());
            case GENERATED -> generated();
            case FIRST -> ImageStream.of(longer()).first(COUNT);
            case CHOSEN -> ImageStream.of(spread()).chosen(PLACES);
            case CHOSEN_NPZ -> {
                Path file = folder.resolve("spread.npz");
                Npz.write(file, Map.of("arr_0", spread()));
                yield ImageStream.open(file, DatasetOptions.ofSize(SIZE)).chosen(PLACES);
            }
            case CHOSEN_FOLDER -> {
                Path file = folder.resolve("spread.npz");
                Npz.write(file, Map.of("arr_0", spread()));
                yield ImageStream.of(Dataset.open(file, DatasetOptions.ofSize(SIZE)))
                        .chosen(PLACES);
            }
        };
    }

    /** Where {@link #spread} has the images of {@link #all}. */
    private static final int[] PLACES = {1, 2, 5, 9, 10, 11, 14};

    private static Tensor spread() {
        Tensor many = Tensor.zeros(ElementType.UINT8, 16, SIZE, SIZE, 3);
        for (int i = 0; i < COUNT; i++) {
            many.rows(PLACES[i], PLACES[i] + 1).bytes().put(all().rows(i, i + 1).bytes());
        }
        return many;
    }

    /** Batches of 3, 3 and 4 images, of which the last holds more than are left. */
    private static ImageStream generated() {
        Queue<Tensor> batches = new ArrayDeque<>(List.of(all().rows(0, 3), all().rows(3, 6), longer().rows(6, 10)));
        return ImageStream.ofBatches(COUNT, SIZE, 3, Optional.of(LABELS), batches::remove);
    }

    @ParameterizedTest
    @EnumSource
    void batchesOfAnySizeGiveAllImagesInOrder(Source source) throws IOException {
        for (int[] sizes : new int[][] {{3}, {1}, {100}, {2, 5, 1, 4}, {5, 2, 2}, {1, 3, 1}}) {
            try (ImageStream stream = open(source)) {
                assertEquals(COUNT, stream.size());
                assertEquals(SIZE, stream.imageSize());
                ByteArrayOutputStream found = new ByteArrayOutputStream();
                int call = 0;
                int max = sizes[0];
                for (Tensor batch = stream.next(max); batch != null; batch = stream.next(max)) {
                    assertTrue(batch.dim(0) >= 1 && batch.dim(0) <= max, batch + " of at most " + max);
                    assertArrayEquals(new long[] {batch.dim(0), SIZE, SIZE, 3}, batch.shape());
                    found.writeBytes(batch.toByteArray());
                    call++;
                    max = sizes[call % sizes.length];
                }
                assertArrayEquals(all().toByteArray(), found.toByteArray(), source + Arrays.toString(sizes));
                assertNull(stream.next(1));
            }
        }
    }

    @Test
    void batchesAreAsLargeAsPossible() throws IOException {
        for (Source source : List.of(Source.NPZ, Source.FOLDER, Source.DATASET, Source.TENSOR, Source.FIRST)) {
            try (ImageStream stream = open(source)) {
                assertEquals(5, stream.next(5).dim(0), source.name());
                assertEquals(2, stream.next(5).dim(0), source.name());
            }
        }
    }

    @Test
    void generatedBatchesAreSplitButNotJoined() {
        try (ImageStream stream = generated()) {
            assertEquals(2, stream.next(2).dim(0));
            assertEquals(1, stream.next(2).dim(0));
            assertEquals(3, stream.next(10).dim(0));
            assertEquals(1, stream.next(10).dim(0));
            assertNull(stream.next(10));
        }
    }

    @Test
    void labelsAreThoseOfTheSource() throws IOException {
        for (Source source : List.of(Source.NPZ, Source.FOLDER, Source.DATASET, Source.GENERATED)) {
            try (ImageStream stream = open(source)) {
                int[] labels = stream.labels().orElseThrow();
                assertArrayEquals(LABELS, labels, source.name());
                labels[0] = 99;
                assertArrayEquals(LABELS, stream.labels().orElseThrow(), source + " hands out copies");
                assertArrayEquals(
                        Arrays.copyOf(LABELS, 3), stream.first(3).labels().orElseThrow());
            }
        }
        for (Source source : List.of(Source.TENSOR, Source.FIRST)) {
            try (ImageStream stream = open(source)) {
                assertTrue(stream.labels().isEmpty(), source.name());
            }
        }
        Path plain = folder.resolve("plain.npz");
        Npz.write(plain, Map.of("arr_0", all()));
        try (ImageStream stream = ImageStream.open(plain, DatasetOptions.ofSize(SIZE))) {
            assertTrue(stream.labels().isEmpty());
        }
    }

    @Test
    void checksumIsThatOfTheDataset() throws IOException {
        for (Source source : List.of(Source.NPZ, Source.DATASET)) {
            String expected = Dataset.open(npz(), DatasetOptions.ofSize(SIZE)).checksum();
            try (ImageStream stream = open(source)) {
                assertEquals(Optional.of(expected), stream.checksum(), source.name());
                assertEquals(Optional.of(expected), stream.first(3).checksum(), source.name());
            }
        }
        try (ImageStream stream = open(Source.FOLDER)) {
            String expected = Dataset.open(folder.resolve("set"), DatasetOptions.ofSize(SIZE))
                    .checksum();
            assertEquals(Optional.of(expected), stream.checksum());
        }
        for (Source source : List.of(Source.TENSOR, Source.GENERATED)) {
            try (ImageStream stream = open(source)) {
                assertTrue(stream.checksum().isEmpty(), source.name());
            }
        }
    }

    @Test
    void theFirstImagesAreAtLeastOneAndNoMoreThanThereAre() {
        assertEquals(COUNT, ImageStream.of(all()).first(COUNT).size());
        assertEquals(1, ImageStream.of(all()).first(1).size());
        for (int count : new int[] {0, -1, COUNT + 1}) {
            UserError e =
                    assertThrows(UserError.class, () -> ImageStream.of(all()).first(count));
            assertEquals("Cannot take " + count + " images of 7: ask for 1 to 7.", e.getMessage());
        }
    }

    @Test
    void theFirstImagesCloseTheirStream() {
        ImageStream npz = ImageStream.open(npz(), DatasetOptions.ofSize(SIZE));

        npz.first(2).close();

        assertThrows(RuntimeException.class, () -> npz.next(1));
    }

    @Test
    void npzImagesAreNotResized() {
        UserError e = assertThrows(UserError.class, () -> ImageStream.open(npz(), DatasetOptions.ofSize(3)));
        assertTrue(e.getMessage().contains("are 2x2, but 3x3 are needed"), e.getMessage());
        try (ImageStream stream = ImageStream.open(npz(), DatasetOptions.ofSize(DatasetOptions.AS_STORED))) {
            assertEquals(SIZE, stream.imageSize());
        }
        Path wide = folder.resolve("wide.npz");
        Npz.write(wide, Map.of("arr_0", Tensor.zeros(ElementType.UINT8, 1, 2, 4, 3)));
        e = assertThrows(
                UserError.class, () -> ImageStream.open(wide, DatasetOptions.ofSize(DatasetOptions.AS_STORED)));
        assertTrue(e.getMessage().endsWith("are 4x2; square images are needed here."), e.getMessage());
    }

    @Test
    void aDamagedImageIsNamedWhenItsBatchIsRead() throws IOException {
        Path set = pngs();
        Path damaged = set.resolve("1_4.png");
        byte[] png = Files.readAllBytes(damaged);
        int data = new String(png, StandardCharsets.ISO_8859_1).indexOf("IDAT") + 4;
        Arrays.fill(png, data, data + 4, (byte) 0xff);
        Files.write(damaged, png);
        try (ImageStream stream = ImageStream.open(set, DatasetOptions.ofSize(SIZE))) {
            assertEquals(3, stream.next(3).dim(0));
            UserError e = assertThrows(UserError.class, () -> stream.next(3));
            assertTrue(e.getMessage().contains(damaged.toString()), e.getMessage());
        }
    }

    @Test
    void imagesInMemoryMustHaveTheirShape() {
        for (Tensor wrong : List.of(
                Tensor.zeros(ElementType.FLOAT32, 1, 2, 2, 3),
                Tensor.zeros(ElementType.UINT8, 2, 2, 3),
                Tensor.zeros(ElementType.UINT8, 0, 2, 2, 3),
                Tensor.zeros(ElementType.UINT8, 1, 2, 3, 3),
                Tensor.zeros(ElementType.UINT8, 1, 2, 2, 0))) {
            assertThrows(IllegalArgumentException.class, () -> ImageStream.of(wrong), wrong.toString());
        }
    }

    private static Tensor all() {
        return longer().rows(0, COUNT);
    }

    private static Tensor longer() {
        byte[] values = new byte[(COUNT + 3) * BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (i * 5);
        }
        return Tensor.of(values, COUNT + 3, SIZE, SIZE, 3);
    }

    private Path npz() {
        Map<String, Tensor> arrays = new LinkedHashMap<>(Map.of("arr_0", all()));
        arrays.put("arr_1", Tensor.of(Arrays.stream(LABELS).asLongStream().toArray(), COUNT));
        Path file = folder.resolve("data.npz");
        Npz.write(file, arrays);
        return file;
    }

    /** Named so that their order is that of the images; the prefix is the label. */
    private Path pngs() throws IOException {
        Path set = folder.resolve("set");
        byte[] values = all().toByteArray();
        for (int i = 0; i < COUNT; i++) {
            BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < SIZE * SIZE; p++) {
                int o = i * BYTES + p * 3;
                image.setRGB(
                        p % SIZE,
                        p / SIZE,
                        (values[o] & 0xff) << 16 | (values[o + 1] & 0xff) << 8 | values[o + 2] & 0xff);
            }
            Path file = set.resolve(LABELS[i] + "_" + i + ".png");
            Files.createDirectories(set);
            ImageIO.write(image, "png", file.toFile());
        }
        return set;
    }
}
