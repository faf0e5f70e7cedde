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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels by {@code --labels} and by lists of images. The red of each image says which it is. */
class LabelConventionTest {
    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void makeFolder() {
        folder = temporary.resolve("images");
    }

    /**
     * The published loader lists all folders, takes the name up to the first underscore, and numbers the sorted set of these:
     * n01, n02, n10, n9 are 0, 1, 2, 3.
     */
    @Test
    void prefixesAreThePublishedClasses() throws IOException {
        image("train/n02_1.png", 1);
        image("train/inner/n9_1_x.png", 2);
        image("other/n10_7.png", 3);
        image("n01_5.png", 4);
        image("n02_5.png", 5);

        Dataset data = open(folder, LabelConvention.PREFIX);

        assertEquals(List.of("n01", "n02", "n10", "n9"), data.classNames());
        assertArrayEquals(new int[] {-1, 1, 3, 2, 0, 1}, labelsByImage(data, 6));
    }

    /** Numbers are names like any other: Python sorts 10 before 9. */
    @Test
    void prefixesAreSortedAsTexts() throws IOException {
        image("9_a.png", 0);
        image("10_a.png", 1);

        assertEquals(List.of("10", "9"), open(folder, LabelConvention.PREFIX).classNames());
    }

    @Test
    void foldersCountThoughNamesHavePrefixes() throws IOException {
        image("b/x_1.png", 0);
        image("a/y_1.png", 1);

        Dataset data = open(folder, LabelConvention.FOLDER);

        assertEquals(List.of("a", "b"), data.classNames());
        assertArrayEquals(new int[] {1, 0}, labelsByImage(data, 2));
    }

    @Test
    void labelsThatCannotBeHadAreRefused() throws IOException {
        image("a/x_1.png", 0);
        image("y.png", 1);

        assertRefused("--labels prefix", "y.png", folder, LabelConvention.PREFIX);
        assertRefused("--labels folder", "y.png", folder, LabelConvention.FOLDER);
        Files.move(folder.resolve("y.png"), folder.resolve("a/_y.png"));
        assertRefused("--labels prefix", "_y.png", folder, LabelConvention.PREFIX);
        assertRefused("--labels prefix", "is none", folder.resolve("a/x_1.png"), LabelConvention.PREFIX);
    }

    @Test
    void aListNamesImagesAndClasses() throws IOException {
        image("a/x.png", 0);
        image("y, z.png", 1);
        Path list = list("\uFEFFa/x.png,trouser\r\n\"y, z.png\",\"the \"\"bag\"\"\"\r\n\r\n");

        Dataset data = open(list, LabelConvention.AUTO);

        assertEquals(List.of("the \"bag\"", "trouser"), data.classNames());
        assertArrayEquals(new int[] {1, 0}, labelsByImage(data, 2));
        assertEquals(
                List.of("a/x.png", "y, z.png", "list.csv"),
                List.copyOf(data.files().keySet()));
    }

    /** Those of the list belong to the images: another label is another dataset. */
    @Test
    void theChecksumIsThatOfImagesAndLabels() throws IOException {
        image("x.png", 0);
        String first = open(list("x.png,a\n"), LabelConvention.AUTO).checksum();

        assertFalse(first.equals(open(list("x.png,b\n"), LabelConvention.AUTO).checksum()));
        assertEquals(first, open(list("x.png,a\n"), LabelConvention.AUTO).checksum());
    }

    @Test
    void aHeadNamesTheColumns() throws IOException {
        image("x.png", 0);
        image("z.png", 1);

        Dataset data = open(list("id,Label,PATH\n7,4,x.png\n8,2,z.png"), LabelConvention.AUTO);

        assertEquals(5, data.classCount(), "numbers keep their value");
        assertArrayEquals(new int[] {4, 2}, labelsByImage(data, 2));
        assertFalse(open(list("path\nx.png\n"), LabelConvention.AUTO).hasLabels());
    }

    @Test
    void pathsMayLeadElsewhere() throws IOException {
        image("y.png", 1);
        image("../far/x.png", 0);
        Path absolute = folder.resolve("y.png").toAbsolutePath();

        Dataset data = open(list("../far/x.png,1\n" + absolute + ",0\n"), LabelConvention.AUTO);

        assertArrayEquals(new int[] {1, 0}, labelsByImage(data, 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x.png,1\nnone.png,2\n|Line 2|none.png",
                "x.png,1\nx.png\n|line 2|some have none",
                "x.png\nx.png,1\n|line 2|some have none",
                ",1\n|Line 1|no path",
                "path,label\n|names no images|comma",
                "\"x.png,1\n|quotation mark|line 1"
            })
    void listsThatCannotBeUsedAreRefused(String lineAndParts) throws IOException {
        image("x.png", 0);
        String[] parts = lineAndParts.split("\\|");

        assertRefused(parts[1], parts[2], list(parts[0]), LabelConvention.AUTO);
    }

    private void image(String name, int red) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 4; i++) {
            image.setRGB(i % 2, i / 2, red << 16);
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private Path list(String text) throws IOException {
        return Files.writeString(folder.resolve("list.csv"), text);
    }

    private static Dataset open(Path path, LabelConvention labels) {
        return Dataset.open(path, DatasetOptions.ofSize(2).withLabels(labels));
    }

    private static int[] labelsByImage(Dataset data, int count) {
        int[] labels = new int[count];
        Arrays.fill(labels, -1);
        byte[] image = new byte[data.imageBytes()];
        for (int i = 0; i < data.size(); i++) {
            data.copy(i, image);
            labels[image[0]] = data.label(i);
        }
        return labels;
    }

    private static void assertRefused(String part, String other, Path path, LabelConvention labels) {
        String message = assertThrows(UserError.class, () -> open(path, labels)).getMessage();
        assertTrue(message.contains(part) && message.contains(other), message);
    }
}
