package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSourceTest {
    @TempDir
    Path folder;

    @Test
    void decodedImagesAreKept() throws IOException {
        Path file = image("a.png", 2, 2, 0x112233);
        Dataset dataset = Dataset.open(folder, DatasetOptions.ofSize(2));
        byte[] first = copy(dataset, 0);
        Files.delete(file);

        assertArrayEquals(first, copy(dataset, 0));
    }

    @Test
    void imagesThatAreReadOnceAreNotKept() throws IOException {
        Path file = image("a.png", 2, 2, 0x112233);
        Dataset dataset = Dataset.openOnce(folder, DatasetOptions.ofSize(2));
        copy(dataset, 0);
        Files.delete(file);

        assertThrows(UserError.class, () -> copy(dataset, 0));
    }

    @Test
    void copiesGoToTheirOffset() throws IOException {
        image("a.png", 1, 1, 0x112233);
        byte[] target = {9, 9, 9, 9, 9};

        Dataset.open(folder, DatasetOptions.ofSize(1)).copy(0, target, 1);

        assertArrayEquals(new byte[] {9, 0x11, 0x22, 0x33, 9}, target);
    }

    @Test
    void hiddenAndOtherFilesAreIgnored() throws IOException {
        image("b.png", 2, 2, 0x010101);
        image("a.jpg.png", 2, 2, 0x020202);
        Files.writeString(folder.resolve(".hidden.png"), "");
        Files.writeString(folder.resolve("README"), "");
        Files.writeString(folder.resolve("list.txt"), "");
        Files.createDirectory(folder.resolve(".git"));

        Dataset dataset = Dataset.open(folder, DatasetOptions.ofSize(2));

        assertEquals(2, dataset.size());
        assertEquals(2, copy(dataset, 0)[0], "sorted by name");
        assertEquals(1, copy(dataset, 1)[0]);
        assertFalse(dataset.hasLabels());
        assertTrue(dataset.labels().isEmpty());
        assertEquals(List.of(), dataset.classNames());
    }

    @Test
    void aNameThatStartsWithAnUnderscoreHasNoLabel() throws IOException {
        image("_a.png", 2, 2, 0);
        image("b_c.png", 2, 2, 0);

        assertFalse(Dataset.open(folder, DatasetOptions.ofSize(2)).hasLabels());
    }

    @Test
    void storedSizeIsThatOfTheFirstAndMustBeThatOfAll() throws IOException {
        image("a.png", 2, 2, 0);
        image("b.png", 3, 2, 0);
        image("c.png", 2, 3, 0);
        image("d.png", 2, 2, 0x050505);

        Dataset dataset = Dataset.open(folder, DatasetOptions.ofSize(DatasetOptions.AS_STORED));

        assertEquals(2, dataset.imageSize());
        assertEquals(12, dataset.imageBytes());
        assertEquals(5, copy(dataset, 3)[0]);
        assertMessage("b.png is 3x2, but all images here must be 2x2.", dataset, 1);
        assertMessage("c.png is 2x3, but all images here must be 2x2.", dataset, 2);
    }

    @Test
    void imagesAreResizedToTheSizeAskedFor() throws IOException {
        image("a.png", 8, 6, 0x405060);
        Dataset dataset = Dataset.open(folder, DatasetOptions.ofSize(3));

        byte[] pixels = copy(dataset, 0);

        assertEquals(27, pixels.length);
        for (int i = 0; i < 27; i++) {
            assertEquals(0x40 + i % 3 * 0x10, pixels[i]);
        }
    }

    @Test
    void filesThatAreNotImagesAreNamed() throws IOException {
        image("a.png", 2, 2, 0);
        Files.writeString(folder.resolve("b.png"), "text");
        byte[] png = Files.readAllBytes(folder.resolve("a.png"));
        Files.write(folder.resolve("c.png"), Arrays.copyOf(png, 40));
        Dataset dataset = Dataset.open(folder, DatasetOptions.ofSize(2));

        assertMessage("b.png cannot be used: it is not an image; replace or remove it.", dataset, 1);
        UserError e = assertThrows(UserError.class, () -> copy(dataset, 2));
        assertTrue(e.getMessage().contains("c.png cannot be used: it is truncated"), e.getMessage());
    }

    @Test
    void sizesAreNotNegative() {
        UserError e = assertThrows(UserError.class, () -> DatasetOptions.ofSize(-1));
        assertEquals("An image size is a number of pixels, not -1.", e.getMessage());
        assertThrows(NullPointerException.class, () -> new DatasetOptions(1, null));
        assertEquals(Split.TRAIN, DatasetOptions.ofSize(1).split());
    }

    private static void assertMessage(String end, Dataset dataset, int index) {
        UserError e = assertThrows(UserError.class, () -> copy(dataset, index));
        assertTrue(e.getMessage().endsWith(end), e.getMessage());
    }

    private static byte[] copy(Dataset dataset, int index) {
        byte[] image = new byte[dataset.imageBytes()];
        dataset.copy(index, image);
        return image;
    }

    private Path image(String name, int width, int height, int rgb) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, rgb);
            }
        }
        Path file = folder.resolve(name);
        ImageIO.write(image, "png", file.toFile());
        return file;
    }
}
