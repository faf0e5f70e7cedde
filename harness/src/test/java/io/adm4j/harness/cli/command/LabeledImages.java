package io.adm4j.harness.cli.command;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A bundle with three classes and random images with labels, for tests of commands that take both.
 *
 * @param bundle folder of a {@link TinyBundle} without a classifier
 * @param images npz file of 4x4 RGB images
 */
record LabeledImages(Path bundle, Path images) {
    static final int SIZE = 4;

    static LabeledImages write(Path folder, long... labels) throws IOException {
        LabeledImages files = new LabeledImages(folder.resolve("tiny"), folder.resolve("images.npz"));
        TinyBundle.write(files.bundle, SIZE, false, List.of("shirt", "Bag", "ankle boot"));
        byte[] pixels = new byte[labels.length * SIZE * SIZE * 3];
        new Random(1).nextBytes(pixels);
        Npz.write(
                files.images,
                Map.of(
                        "arr_0",
                        Tensor.of(pixels, labels.length, SIZE, SIZE, 3),
                        "arr_1",
                        Tensor.of(labels, labels.length)));
        return files;
    }
}
