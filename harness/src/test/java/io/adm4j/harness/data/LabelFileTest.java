package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels of images in a CSV file beside them. */
class LabelFileTest {
    private static final int SIZE = 2;

    @TempDir
    Path folder;

    private Path csv(String text) throws IOException {
        return Files.writeString(folder.resolve("labels.csv"), text.replace(";", "\n"));
    }

    private ImageStream open(Path images, Path csv) {
        return ImageStream.open(
                images, DatasetOptions.ofSize(DatasetOptions.AS_STORED).withLabelFile(Optional.of(csv)));
    }

    private Path array(int count) {
        Path file = folder.resolve("images.npz");
        Npz.write(
                file,
                Map.of(
                        "arr_0",
                        Tensor.of(new byte[count * SIZE * SIZE * 3], count, SIZE, SIZE, 3),
                        "arr_1",
                        Tensor.of(new long[count], count)));
        return file;
    }

    private Path files(String... names) throws IOException {
        Path images = folder.resolve("images");
        for (String name : names) {
            Path file = images.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, png());
        }
        return images;
    }

    private static byte[] png() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB), "png", out);
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7;0;3",
                "label;7;0;3;",
                "2,3;0,7;1,0",
                "index,class;0,7;2,3;1,0",
                "Label,seed,Number;7,99,0;0,98,1;3,97,2"
            })
    void imagesOfAnArrayPairByTheirNumbersOrOrder(String lines) throws IOException {
        try (ImageStream images = open(array(3), csv(lines))) {
            assertArrayEquals(new int[] {7, 0, 3}, images.labels().orElseThrow());
            assertEquals("3", images.classNames().get(3));
            try (ImageStream chosen = images.chosen(1, 2)) {
                assertArrayEquals(new int[] {0, 3}, chosen.labels().orElseThrow());
            }
        }
        assertEquals(
                7,
                Dataset.open(
                                folder.resolve("images.npz"),
                                DatasetOptions.ofSize(SIZE).withLabelFile(Optional.of(folder.resolve("labels.csv"))))
                        .label(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b.png,boot;a.png,bag;c.png,boot",
                "file,label;c.png,boot;b.png,boot;a.png,bag",
                "path,label;sub\\b.png,boot;sub/c.png,boot;sub/a.png,bag",
                "bag;boot;boot"
            })
    void imageFilesPairByTheirNamesOrOrder(String lines) throws IOException {
        try (ImageStream images = open(files("sub/a.png", "sub/b.png", "sub/c.png"), csv(lines))) {
            assertArrayEquals(new int[] {0, 1, 1}, images.labels().orElseThrow());
            assertEquals(List.of("bag", "boot"), images.classNames());
        }
    }

    @Test
    void filesOfTheSameNameInSeveralFoldersAreNamedByTheirPaths() throws IOException {
        Path images = files("x/a.png", "y/a.png");

        try (ImageStream found = open(images, csv("y/a.png,1;x/a.png,0"))) {
            assertArrayEquals(new int[] {0, 1}, found.labels().orElseThrow());
        }
        assertRefused("has no label for x/a.png, y/a.png in", images, "a.png,1");
    }

    @Test
    void imagesThatAreLeftOutMayHaveALabel() throws IOException {
        Path images = files("a.png", "b.png", "c.png");
        Files.write(images.resolve("b.png"), new byte[10]);

        try (ImageStream found = open(images, csv("a.png,4;b.png,5;c.png,6"))) {
            assertArrayEquals(new int[] {4, 6}, found.labels().orElseThrow());
        }
    }

    @Test
    void imagesOfAnArchivePairByTheirNames() throws IOException {
        Path archive = folder.resolve("images.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            for (String name : List.of("a.png", "b.png")) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(png());
            }
        }

        try (ImageStream found = open(archive, csv("b.png,1;a.png,2"))) {
            assertArrayEquals(new int[] {2, 1}, found.labels().orElseThrow());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0;1 | has 2 labels, and",
                "0,5;1,6 | has no label for 2 in",
                "0,5;1,6;2,7;3,8 | has labels for images that are not in",
                "0,5;1,6;1,7;2,7 | names 1 twice",
                "a.png,5;b.png,6;c.png,7 | images are named by their numbers from 0",
                "number,label;0,5;1,;2,7 | Line 3 of",
                "number,label;0,5;,6;2,7 | names no image",
                "label | has no labels",
                "'' | has no labels"
            })
    void whatDoesNotPairIsRefused(String lines, String message) throws IOException {
        assertRefused(message, array(3), lines);
    }

    private void assertRefused(String message, Path images, String lines) throws IOException {
        Path csv = csv(lines);
        UserError e = assertThrows(UserError.class, () -> open(images, csv).close());
        assertTrue(e.getMessage().contains(message) && e.getMessage().contains(csv.toString()), e.getMessage());
    }
}
