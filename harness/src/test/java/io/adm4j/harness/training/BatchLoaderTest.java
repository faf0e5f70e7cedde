package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchLoaderTest {
    private static final int COUNT = 5;
    private static final int SIZE = 2;
    private static final int[] LABELS = {3, 0, 2, 1, 0};

    @TempDir
    Path folder;

    /** The value of one pixel tells image, row, column and channel. */
    private static int value(int image, int y, int x, int channel) {
        return 48 * image + 12 * y + 6 * x + channel;
    }

    @Test
    void imagesAreChannelsFirstRedFirstAndScaled() {
        BatchLoader.Batch batch = loader(COUNT, 0, false).load(0);

        assertArrayEquals(new long[] {COUNT, 3, SIZE, SIZE}, batch.images().shape());
        int[] order = order(0, 0, COUNT);
        for (int i = 0; i < COUNT; i++) {
            assertArrayEquals(expected(order[i], false), image(batch, i), "image " + i);
        }
    }

    @Test
    void endsOfTheRangeAreExact() {
        byte[] pixels = {0, (byte) 255, (byte) 128};
        Path file = folder.resolve("range.npz");
        Npz.write(file, Map.of("arr_0", Tensor.of(pixels, 1, 1, 1, 3)));
        Dataset dataset = Dataset.open(file, DatasetOptions.ofSize(1));

        float[] values =
                new BatchLoader(dataset, settings(1, 0, false)).load(0).images().toFloatArray();

        assertArrayEquals(new float[] {-1, 1, 128 / 127.5f - 1}, values);
    }

    @Test
    void labelsFollowTheirImages() {
        BatchLoader.Batch batch = loader(COUNT, 0, false).load(0);

        int[] order = order(0, 0, COUNT);
        for (int i = 0; i < COUNT; i++) {
            assertEquals(LABELS[order[i]], batch.labels().longs().get(i), "label " + i);
        }
    }

    @Test
    void imagesWithoutLabelsGiveNone() {
        assertNull(new BatchLoader(dataset(null), settings(2, 0, false)).load(0).labels());
    }

    @Test
    void batchesContinueOverTheEndOfAnEpoch() {
        BatchLoader loader = loader(3, 7, false);
        int[] order = order(7, 0, 12);
        for (int step = 0; step < 4; step++) {
            BatchLoader.Batch batch = loader.load(step);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(expected(order[step * 3 + i], false), image(batch, i), step + ", " + i);
            }
        }
    }

    @Test
    void flipMirrorsHalfOfTheImagesLeftToRight() {
        int mirrored = 0;
        BatchLoader loader = loader(COUNT, 1, true);
        for (int step = 0; step < 200; step++) {
            List<Boolean> flips = flips(loader, 1, step);
            mirrored += (int) flips.stream().filter(f -> f).count();
        }
        // Within four standard deviations of 500.
        assertEquals(500, mirrored, 63);
    }

    /** A resumed run of an older version must continue with the same flips. */
    @Test
    void flipsAreStable() {
        assertEquals(List.of(true, false, false, true, false), flips(loader(COUNT, 1, true), 1, 0));
    }

    @Test
    void flipsDependOnSeedAndStepAlone() {
        BatchLoader loader = loader(COUNT, 1, true);
        List<Boolean> first = new ArrayList<>();
        List<Boolean> otherSeed = new ArrayList<>();
        List<Boolean> backwards = new ArrayList<>();
        for (int step = 0; step < 8; step++) {
            first.addAll(flips(loader(COUNT, 1, true), 1, step));
            otherSeed.addAll(flips(loader(COUNT, 2, true), 2, step));
        }
        for (int step = 7; step >= 0; step--) {
            backwards.addAll(0, flips(loader, 1, step));
        }

        assertEquals(first, backwards);
        assertTrue(!first.equals(otherSeed) && !first.subList(0, COUNT).equals(first.subList(COUNT, 2 * COUNT)));
    }

    @Test
    void withoutFlipNoImageIsMirrored() {
        BatchLoader loader = loader(COUNT, 1, false);
        for (int step = 0; step < 20; step++) {
            assertTrue(flips(loader, 1, step).stream().noneMatch(f -> f));
        }
    }

    @Test
    void aNetworkNeedsAnOutputForEveryClass() {
        BatchLoader loader = loader(COUNT, 0, false);

        loader.requireClasses(4);
        UserError e = assertThrows(UserError.class, () -> loader.requireClasses(3));
        assertEquals("The images have 4 classes, but the network has 3: give --num-classes 4.", e.getMessage());
    }

    private BatchLoader loader(int batchSize, long seed, boolean flip) {
        return new BatchLoader(dataset(LABELS), settings(batchSize, seed, flip));
    }

    private static TrainingSettings settings(int batchSize, long seed, boolean flip) {
        return new TrainingSettings(batchSize, batchSize, 1, 0, 0, 0, List.of(), seed, flip);
    }

    private Dataset dataset(int[] labels) {
        byte[] pixels = new byte[COUNT * SIZE * SIZE * 3];
        int o = 0;
        for (int i = 0; i < COUNT; i++) {
            for (int y = 0; y < SIZE; y++) {
                for (int x = 0; x < SIZE; x++) {
                    for (int c = 0; c < 3; c++) {
                        pixels[o++] = (byte) value(i, y, x, c);
                    }
                }
            }
        }
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("arr_0", Tensor.of(pixels, COUNT, SIZE, SIZE, 3));
        if (labels != null) {
            long[] values = Arrays.stream(labels).asLongStream().toArray();
            arrays.put("arr_1", Tensor.of(values, COUNT));
        }
        Path file = folder.resolve("data.npz");
        Npz.write(file, arrays);
        return Dataset.open(file, DatasetOptions.ofSize(SIZE));
    }

    private static int[] order(long seed, int from, int to) {
        EpochOrder order = new EpochOrder(COUNT, seed);
        return IntStream.range(from, to).map(order::index).toArray();
    }

    private static float[] expected(int image, boolean mirrored) {
        float[] values = new float[3 * SIZE * SIZE];
        for (int c = 0, o = 0; c < 3; c++) {
            for (int y = 0; y < SIZE; y++) {
                for (int x = 0; x < SIZE; x++) {
                    values[o++] = value(image, y, mirrored ? SIZE - 1 - x : x, c) / 127.5f - 1;
                }
            }
        }
        return values;
    }

    private static float[] image(BatchLoader.Batch batch, int i) {
        return batch.images().rows(i, i + 1).toFloatArray();
    }

    /** Which images of a step's batch are mirrored; each must be its original or its mirror image. */
    private static List<Boolean> flips(BatchLoader loader, long seed, int step) {
        BatchLoader.Batch batch = loader.load(step);
        int[] order = order(seed, step * COUNT, (step + 1) * COUNT);
        List<Boolean> flips = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            boolean mirrored = image(batch, i)[0] != expected(order[i], false)[0];
            assertArrayEquals(expected(order[i], mirrored), image(batch, i), "image " + i);
            flips.add(mirrored);
        }
        return flips;
    }
}
