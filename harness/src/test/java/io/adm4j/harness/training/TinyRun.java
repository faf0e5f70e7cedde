package io.adm4j.harness.training;

import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Training runs so small that a step takes milliseconds: images of 8x8, networks of one level. */
public final class TinyRun {
    public static final int SIZE = 8;

    private TinyRun() {}

    /** Options of {@code train diffusion} for the smallest network there is. */
    public static Object[] denoiser() {
        return new Object[] {
            "--image-size",
            SIZE,
            "--num-channels",
            32,
            "--channel-mult",
            "1",
            "--num-res-blocks",
            1,
            "--attention-resolutions",
            SIZE,
            "--num-head-channels",
            16,
            "--batch-size",
            4,
            "--lr-warmup-steps",
            0,
            "--threads",
            1
        };
    }

    /** Options of {@code train classifier} for the smallest network there is. */
    public static Object[] classifier() {
        return new Object[] {
            "--image-size",
            SIZE,
            "--classifier-width",
            32,
            "--channel-mult",
            "1",
            "--classifier-depth",
            1,
            "--classifier-attention-resolutions",
            SIZE,
            "--num-head-channels",
            16,
            "--batch-size",
            4,
            "--lr-warmup-steps",
            0,
            "--threads",
            1
        };
    }

    /** Images of random pixels around a gray level that depends on the class. */
    public static Path data(Path file, int count, int classes) {
        return data(file, count, classes, 0);
    }

    /** As above; another seed gives other images. */
    public static Path data(Path file, int count, int classes, long seed) {
        Map<String, Tensor> arrays = new LinkedHashMap<>(Map.of("arr_0", images(count, Math.max(1, classes), seed)));
        if (classes > 0) {
            long[] labels = new long[count];
            for (int i = 0; i < count; i++) {
                labels[i] = i % classes;
            }
            arrays.put("arr_1", Tensor.of(labels, count));
        }
        Npz.write(file, arrays);
        return file;
    }

    private static Tensor images(int count, int classes, long seed) {
        Random random = new Random(seed);
        int length = SIZE * SIZE * 3;
        byte[] values = new byte[count * length];
        for (int i = 0; i < values.length; i++) {
            int level = 20 + 200 * (i / length % classes + 1) / (classes + 1);
            values[i] = (byte) (level + random.nextInt(16));
        }
        return Tensor.of(values, count, SIZE, SIZE, 3);
    }

    /** One column of a run's log, by the name at its head. */
    public static double[] logged(Path run, String column) {
        List<String[]> lines = new ArrayList<>();
        try {
            Files.readAllLines(run.resolve("log.csv")).forEach(line -> lines.add(line.split(",", -1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int index = List.of(lines.get(0)).indexOf(column);
        return lines.stream()
                .skip(1)
                .mapToDouble(line -> Double.parseDouble(line[index]))
                .toArray();
    }
}
