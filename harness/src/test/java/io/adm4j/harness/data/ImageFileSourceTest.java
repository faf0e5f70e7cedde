package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.io.Sha256;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ImageFileSourceTest {
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
        Dataset dataset = Dataset.openOnce(folder, DatasetOptions.ofSize(2), warning -> {});
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
    void storedSizeIsThatOfAll() throws IOException {
        image("a.png", 2, 2, 0);
        image("d.png", 2, 2, 0x050505);
        DatasetOptions stored = DatasetOptions.ofSize(DatasetOptions.AS_STORED);

        Dataset dataset = Dataset.open(folder, stored);

        assertEquals(2, dataset.imageSize());
        assertEquals(12, dataset.imageBytes());
        assertEquals(5, copy(dataset, 1)[0]);
        image("b.png", 3, 2, 0);
        UserError e = assertThrows(UserError.class, () -> Dataset.open(folder, stored));
        assertEquals(
                "The images in " + folder
                        + " have several sizes, such as 2x2 (a.png) and 3x2 (b.png): bring them to one" + " first.",
                e.getMessage());
        e = assertThrows(UserError.class, () -> Dataset.open(folder, stored.withSize(DatasetOptions.ANY_SHAPE)));
        assertTrue(e.getMessage().contains("or give --resize bicubic-antialias"), e.getMessage());
    }

    @Test
    void severalSizesAreBroughtToACommonOne() throws IOException {
        image("a.png", 6, 4, 0x101010);
        image("b.png", 4, 4, 0x202020);
        List<String> warnings = new ArrayList<>();
        DatasetOptions options =
                DatasetOptions.ofSize(DatasetOptions.ANY_SHAPE).withCommon(Optional.of(new ImageSize(3, 2)));

        try (ImageStream images = ImageStream.open(folder, options, warnings::add)) {
            assertTrue(images.fitted());
            assertEquals(3, images.width());
            assertEquals(2, images.imageSize());
            byte[] pixels = images.next(9).toByteArray();
            assertEquals(2 * 3 * 2 * 3, pixels.length);
            assertEquals(0x10, pixels[0]);
            assertEquals(0x20, pixels[pixels.length - 1]);
        }
        assertTrue(warnings.get(0).contains("6x4 (a.png) and 4x4 (b.png): brought each to the network's, 3x2"));
        Files.delete(folder.resolve("b.png"));
        try (ImageStream images = ImageStream.open(folder, options)) {
            assertFalse(images.fitted());
            assertEquals(6, images.width());
        }
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
    void filesThatCannotBeUsedAreNamedAndLeftOut() throws IOException {
        image("cat_1.png", 2, 2, 0x010101);
        Files.writeString(folder.resolve("bird_1.png"), "text");
        byte[] png = Files.readAllBytes(folder.resolve("cat_1.png"));
        Files.write(folder.resolve("cat_2.png"), Arrays.copyOf(png, 40));
        Files.write(folder.resolve("cat_3.jpg"), new byte[0]);
        image("dog_1.png", 2, 2, 0x020202);
        Files.writeString(folder.resolve("notes.txt"), "");
        List<String> warnings = new ArrayList<>();

        Dataset dataset = Dataset.open(folder, DatasetOptions.ofSize(2), warnings::add);

        assertEquals(2, dataset.size());
        assertEquals(List.of("bird", "cat", "dog"), dataset.classNames(), "classes do not change");
        assertEquals(1, dataset.label(0));
        assertEquals(2, dataset.label(1));
        assertEquals(2, copy(dataset, 1)[0]);
        assertEquals(
                List.of(
                        "Left out 3 of 5 images in " + folder + ": bird_1.png (it is not an image), cat_2.png (it is"
                                + " truncated), cat_3.jpg (it is empty).",
                        "Ignored 1 file in " + folder + " not named as images (" + ImageFormat.endings()
                                + "): notes.txt."),
                warnings);
    }

    @Test
    void theChecksumIsThatOfTheFilesThatAreUsed() throws IOException {
        image("a.png", 2, 2, 0x010101);
        image("b.png", 2, 2, 0x010101);
        String good = Dataset.open(folder, DatasetOptions.ofSize(2)).checksum();

        Files.writeString(folder.resolve("c.png"), "text");

        assertEquals(good, Dataset.open(folder, DatasetOptions.ofSize(2)).checksum());
    }

    @Test
    void oneFileThatCannotBeUsedIsAnErrorIfStrict() throws IOException {
        image("a.png", 2, 2, 0);
        Files.writeString(folder.resolve("b.png"), "text");

        UserError e = assertThrows(
                UserError.class,
                () -> Dataset.open(folder, new DatasetOptions(2, 3, Split.TRAIN, ArrayLayout.HWC, true)));

        assertEquals(
                "1 of 2 images in " + folder + " cannot be used: b.png (it is not an image); replace or remove them, or"
                        + " leave out --strict.",
                e.getMessage());
    }

    @Test
    void aFolderWithoutAUsableImageIsAnError() throws IOException {
        for (int i = 0; i < 7; i++) {
            Files.writeString(folder.resolve(i + ".png"), "text");
        }

        UserError e = assertThrows(UserError.class, () -> Dataset.open(folder, DatasetOptions.ofSize(2)));

        assertTrue(e.getMessage().startsWith("7 of 7 images in "), e.getMessage());
        assertTrue(
                e.getMessage().endsWith("4.png (it is not an image) and 2 more; replace or remove them."),
                e.getMessage());
    }

    @Test
    void theNextImageTakesThePlaceOfOneThatTurnsOutDamaged() throws IOException {
        image("a.png", 2, 2, 0x010101);
        image("b.png", 2, 2, 0x020202);
        image("c.png", 2, 2, 0x030303);
        damage("c.png");
        List<String> warnings = new ArrayList<>();
        Dataset dataset = Dataset.open(folder, DatasetOptions.ofSize(2), warnings::add);
        byte[] image = new byte[12];

        assertEquals(List.of(), warnings, "header and end are whole");
        assertEquals(1, dataset.copyUsable(1, image));
        assertEquals(2, image[0]);
        assertEquals(0, dataset.copyUsable(2, image));
        assertEquals(1, image[0]);
        assertEquals(0, dataset.copyUsable(2, image));
        assertEquals(1, warnings.size(), "told once");
        assertTrue(
                warnings.get(0).startsWith("Left out: The image " + folder.resolve("c.png") + " cannot be used: "),
                warnings.get(0));

        damage("a.png");
        damage("b.png");
        Dataset none = Dataset.open(folder, DatasetOptions.ofSize(2));
        assertThrows(UserError.class, () -> none.copyUsable(0, image));
        Dataset strict = Dataset.open(folder, new DatasetOptions(2, 3, Split.TRAIN, ArrayLayout.HWC, true));
        assertThrows(DamagedImageException.class, () -> strict.copyUsable(0, image));
    }

    @Test
    void theCheckInTheBackgroundFindsDamagedImagesBeforeTheirTurn() throws Exception {
        for (String name : List.of("a.png", "b.png", "c.png", "d.png")) {
            image(name, 2, 2, 0x010101);
        }
        damage("b.png");
        damage("d.png");
        List<String> warnings = Collections.synchronizedList(new ArrayList<>());
        Dataset dataset = Dataset.open(folder, DatasetOptions.ofSize(2), warnings::add);
        byte[] image = new byte[12];
        try (BackgroundCheck check = dataset.checkInBackground()) {
            check.await();
        }

        assertEquals(3, warnings.size(), warnings.toString());
        assertTrue(warnings.get(1).contains("d.png"), warnings.toString());
        assertEquals("Checked all 4 images in " + folder + ": 2 damaged, left out.", warnings.get(2));
        assertEquals(2, dataset.copyUsable(1, image));
        assertEquals(3, warnings.size(), "told once");

        Dataset strict = Dataset.open(folder, new DatasetOptions(2, 3, Split.TRAIN, ArrayLayout.HWC, true));
        assertEquals(0, strict.copyUsable(0, image));
        try (BackgroundCheck check = strict.checkInBackground()) {
            check.await();
        }
        UserError refusal = assertThrows(DamagedImageException.class, () -> strict.copyUsable(0, image));
        assertTrue(refusal.getMessage().contains("b.png"), refusal.getMessage());
    }

    @Test
    void aClosedCheckSaysNothing() throws IOException {
        for (int i = 0; i < 300; i++) {
            image(i + ".png", 40, 40, i);
        }
        List<String> warnings = Collections.synchronizedList(new ArrayList<>());
        Dataset.open(folder, DatasetOptions.ofSize(2), warnings::add)
                .checkInBackground()
                .close();

        assertEquals(List.of(), warnings);
    }

    /** Breaks the compressed values of a PNG file. */
    private void damage(String name) throws IOException {
        Path file = folder.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Arrays.fill(bytes, text.indexOf("IDAT") + 4, text.indexOf("IEND") - 8, (byte) 0xff);
        Files.write(file, bytes);
    }

    @Test
    void classesCalledZeroToNAreInTheOrderOfTheirNumbers() throws IOException {
        for (int i = 0; i < 11; i++) {
            image(i + "/deep/er/x.png", 1, 1, i);
        }

        Dataset dataset = Dataset.open(folder, DatasetOptions.ofSize(1));

        for (int i = 0; i < 11; i++) {
            assertEquals(copy(dataset, i)[2], dataset.label(i));
        }
        assertEquals("10", dataset.classNames().get(10));
    }

    @Test
    void labelsAreThoseOfDatasetJson() throws IOException {
        image("00000/a.png", 1, 1, 0);
        image("00000/b.png", 1, 1, 0);
        Path json = folder.resolve("dataset.json");
        Files.writeString(json, "{\"labels\": [[\"00000/b.png\", 3], [\"00000/a.png\", 1]]}");

        Dataset dataset = Dataset.open(folder, DatasetOptions.ofSize(1));

        assertArrayEquals(new int[] {1, 3}, dataset.labels().orElseThrow());
        assertEquals(List.of("0", "1", "2", "3"), dataset.classNames());
        Files.writeString(json, "{\"labels\": null}");
        assertFalse(Dataset.open(folder, DatasetOptions.ofSize(1)).hasLabels());
        assertJsonRefused("{\"labels\": [[\"00000/b.png\", 3]]}", "has no label for 00000/a.png");
        assertJsonRefused("{\"labels\": [[\"00000/b.png\", [0.5, 1]]]}", "an entry that is not");
        assertJsonRefused("{", "is not JSON");
    }

    @Test
    void labelsMayBeInTheOnlyFolderOfImages() throws IOException {
        image("set/00/a.png", 1, 1, 0);
        image("set/00/b.png", 1, 1, 0);
        Files.writeString(folder.resolve("readme.txt"), "x");
        Files.writeString(folder.resolve("set/dataset.json"), "{\"labels\": [[\"00/a.png\", 1], [\"00/b.png\", 0]]}");

        assertArrayEquals(
                new int[] {1, 0},
                Dataset.open(folder, DatasetOptions.ofSize(1)).labels().orElseThrow());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Links need a privilege.")
    void linksAreFollowedUnlessTheyLeadBack() throws IOException {
        image("cat/a.png", 1, 1, 0);
        Files.createSymbolicLink(folder.resolve("dog"), folder.resolve("cat"));
        assertEquals(2, Dataset.open(folder, DatasetOptions.ofSize(1)).classCount());

        Path loop = Files.createSymbolicLink(folder.resolve("cat/loop"), folder);
        UserError e = assertThrows(UserError.class, () -> Dataset.open(folder, DatasetOptions.ofSize(1)));
        assertTrue(e.getMessage().contains("leads back to a folder above it"), e.getMessage());
        Files.delete(loop);
    }

    @Test
    void filesOfOtherKindsAreRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "x");
        UserError e = assertThrows(UserError.class, () -> Dataset.open(text, DatasetOptions.ofSize(1)));
        assertTrue(e.getMessage().startsWith(text + " is neither an image ("), e.getMessage());
    }

    private void assertJsonRefused(String json, String part) throws IOException {
        Files.writeString(folder.resolve("dataset.json"), json);
        UserError e = assertThrows(UserError.class, () -> Dataset.open(folder, DatasetOptions.ofSize(1)));
        assertTrue(e.getMessage().contains(part) && e.getMessage().endsWith("."), e.getMessage());
    }

    @Test
    void zipsOfImagesAreReadAsFolders() throws IOException {
        Path cat = image("cat.png", 1, 1, 0x010101);
        Path dog = image("dog.png", 1, 1, 0x020202);
        Path zip = folder.resolve("images.zip");
        byte[] broken = Arrays.copyOf(Files.readAllBytes(cat), 50);
        zip(
                zip,
                Map.of(
                        "set/dog/1.png",
                        Files.readAllBytes(dog),
                        "set/cat/1.png",
                        Files.readAllBytes(cat),
                        "set/cat/2.png",
                        broken,
                        "__MACOSX/set/._1.png",
                        new byte[3],
                        "set/readme.md",
                        new byte[3]));
        List<String> warnings = new ArrayList<>();

        Dataset dataset = Dataset.open(zip, DatasetOptions.ofSize(1), warnings::add);

        assertEquals(List.of("cat", "dog"), dataset.classNames());
        assertEquals(2, dataset.size());
        assertEquals(2, copy(dataset, 1)[0]);
        assertEquals(Sha256.of(zip), dataset.checksum());
        assertEquals("Left out 1 of 3 images in " + zip + ": cat/2.png (it is truncated).", warnings.get(0));
        assertTrue(warnings.get(1).endsWith("): readme.md."), warnings.get(1));
    }

    @Test
    void labelsOfZipsAreThoseOfDatasetJson() throws IOException {
        byte[] png = Files.readAllBytes(image("cat.png", 1, 1, 0x010101));
        Path zip = folder.resolve("images.zip");
        zip(
                zip,
                Map.of(
                        "00000/img00000000.png",
                        png,
                        "00000/img00000001.png",
                        png,
                        "dataset.json",
                        "{\"labels\": [[\"00000/img00000000.png\", 6], [\"00000/img00000001.png\", 9]]}"
                                .getBytes(StandardCharsets.UTF_8)));

        try (ImageStream stream = ImageStream.open(zip, DatasetOptions.ofSize(1))) {
            assertArrayEquals(new int[] {6, 9}, stream.labels().orElseThrow());
            assertEquals(2, stream.next(5).dim(0));
        }
    }

    @Test
    void aZipWithoutImagesIsRefused() throws IOException {
        Path zip = folder.resolve("images.zip");
        zip(zip, Map.of("a.txt", new byte[3]));

        UserError e = assertThrows(UserError.class, () -> Dataset.open(zip, DatasetOptions.ofSize(1)));

        assertTrue(e.getMessage().contains("holds neither an array arr_0 with images nor image files"), e.getMessage());
    }

    @Test
    void aSingleFileIsADataset() throws IOException {
        Path file = image("cat_1.png", 1, 1, 0x010203);

        Dataset dataset = Dataset.open(file, DatasetOptions.ofSize(1));

        assertEquals(1, dataset.size());
        assertFalse(dataset.hasLabels());
        assertArrayEquals(new byte[] {1, 2, 3}, copy(dataset, 0));
        assertEquals(Sha256.of(file), dataset.checksum());
        Files.writeString(file, "text");
        UserError e = assertThrows(UserError.class, () -> Dataset.open(file, DatasetOptions.ofSize(1)));
        assertTrue(e.getMessage().contains("cat_1.png (it is not an image)"), e.getMessage());
    }

    private static void zip(Path file, Map<String, byte[]> entries) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (String name : new TreeSet<>(entries.keySet())) {
                out.putNextEntry(new ZipEntry(name));
                out.write(entries.get(name));
            }
        }
    }

    @Test
    void sizesAreNotNegative() {
        UserError e = assertThrows(UserError.class, () -> DatasetOptions.ofSize(-1));
        assertEquals("An image size is a number of pixels, not -1.", e.getMessage());
        assertThrows(NullPointerException.class, () -> new DatasetOptions(1, null));
        assertEquals(Split.TRAIN, DatasetOptions.ofSize(1).split());
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
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
        return file;
    }
}
