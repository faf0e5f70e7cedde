package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarImagesTest {
    private static final DatasetOptions OPTIONS = DatasetOptions.ofSize(1);

    @TempDir
    Path folder;

    @Test
    void imagesComeInTheOrderOfTheArchiveWithTheirLabels() throws IOException {
        Path tar = tar("a.tar", "b.cls", "2\n", "b.png", "11", "a.png", "12", "a.cls", "0");

        Dataset dataset = Dataset.open(tar, OPTIONS);

        assertEquals(List.of(11, 12), values(dataset));
        assertEquals(2, dataset.label(0));
        assertEquals(0, dataset.label(1));
        assertEquals(List.of("0", "1", "2"), dataset.classNames());
        try (ImageStream stream = ImageStream.open(tar, OPTIONS)) {
            assertArrayEquals(
                    new byte[] {11, 11, 11, 12, 12, 12}, stream.next(9).toByteArray());
        }
        assertFalse(Dataset.open(tar, OPTIONS.withLabels(LabelConvention.NONE)).hasLabels());
    }

    @Test
    void jsonHasNumbersOrNames() throws IOException {
        Dataset numbers = Dataset.open(
                tar("n.tar", "0.json", "{\"label\": 3}", "0.png", "1", "1.json", "{\"cls\": 1}", "1.png", "2"),
                OPTIONS);
        Dataset names = Dataset.open(
                tar(
                        "m.tar",
                        "0.json",
                        "{\"class\": \"owl\"}",
                        "0.png",
                        "1",
                        "1.json",
                        "{\"label\": \"cat\"}",
                        "1.png",
                        "2"),
                OPTIONS);

        assertEquals(3, numbers.label(0));
        assertEquals(List.of("cat", "owl"), names.classNames());
        assertEquals(1, names.label(0));
    }

    @Test
    void withoutLabelFilesFoldersAreClassesAsElsewhere() throws IOException {
        Dataset dataset = Dataset.open(
                tar("t.tar", "cat/1.png", "1", "dog/1.png", "2", "dog/2.txt", "a caption", "dog/._3.png", "x"),
                OPTIONS);

        assertEquals(List.of("cat", "dog"), dataset.classNames());
        assertEquals(2, dataset.size());
        assertFalse(Dataset.open(tar("u.tar", "1.png", "1", "2.json", "{\"label\": 2}"), OPTIONS)
                .hasLabels());
    }

    @Test
    void shardsAreOneDataset() throws IOException {
        tar("s-10.tar", "0.png", "3", "0.cls", "1");
        tar("s-09.tar", "0.png", "2", "0.cls", "0");
        tar("s-08.tar", "0.png", "1", "0.cls", "0");
        Files.writeString(folder.resolve("README"), "");

        Dataset all = Dataset.open(folder, OPTIONS);

        assertEquals(List.of(1, 2, 3), values(all));
        assertEquals(3, all.files().size());
        assertEquals(64, all.checksum().length());
        assertEquals(List.of(2, 3), values(Dataset.open(folder.resolve("s-{09..10}.tar"), OPTIONS)));
        assertEquals(List.of(1, 2), values(Dataset.open(folder.resolve("s-0*.tar"), OPTIONS)));
        assertEquals(List.of(1, 3), values(Dataset.open(folder.resolve("s-{08,10}.tar"), OPTIONS)));
        refused("There is no file " + folder.resolve("s-07.tar"), folder.resolve("s-{07..10}.tar"));
        refused("lower number first", folder.resolve("s-{10..9}.tar"));
        refused("pattern of files", folder.resolve("s-[.tar"));
        refused("There is no file", folder.resolve("x-*.tar"));
    }

    @Test
    void patternsMayBeRelative() throws IOException {
        tar("s-0.tar", "0.png", "1");
        tar("s-1.tar", "0.png", "2");
        Path relative = Path.of("").toAbsolutePath().relativize(folder.toRealPath());

        Dataset all = Dataset.open(relative.resolve("s-*.tar"), OPTIONS);

        assertEquals(List.of(1, 2), values(all));
        assertEquals(Dataset.open(folder.resolve("s-*.tar"), OPTIONS).checksum(), all.checksum());
        assertEquals(Set.of("s-0.tar", "s-1.tar"), all.files().keySet());
        assertEquals(all.checksum(), Dataset.open(relative, OPTIONS).checksum());
    }

    @Test
    void aFolderWithImagesAndArchivesIsAFolderOfImages() throws IOException {
        tar("s.tar", "0.png", "3");
        Files.write(folder.resolve("a.png"), png(5));

        assertEquals(List.of(5), values(Dataset.open(folder, OPTIONS)));
    }

    @Test
    void longNamesAreRead() throws IOException {
        String name = "folder/".repeat(30) + "0.png";

        assertEquals(List.of(7), values(Dataset.open(tar("l.tar", name, "7"), OPTIONS)));
    }

    @Test
    void samplesWithoutALabelAndWithSeveralImagesAreRefused() throws IOException {
        refused("1.png, have none", tar("a.tar", "0.cls", "1", "0.png", "1", "1.png", "2"));
        refused("0.png, have none", tar("b.tar", "0.png", "1", "1.cls", "1", "1.png", "2"));
        refused("has several images", tar("c.tar", "0.left.png", "1", "0.right.png", "2"));
        refused("There are no images", tar("d.tar", "0.txt", "x"));
    }

    @Test
    void damagedArchivesAreRefused() throws IOException {
        byte[] whole = Files.readAllBytes(tar("a.tar", "0.png", "1", "1.png", "2"));
        refused("could not be read as tar", Files.write(folder.resolve("cut.tar"), Arrays.copyOf(whole, 1024 + 20)));
        whole[3] ^= 1;
        refused("could not be read as tar", Files.write(folder.resolve("header.tar"), whole));
        refused("a label is not JSON", tar("j.tar", "0.png", "1", "0.json", "{"));
        refused("unpack it with gunzip", Files.write(folder.resolve("a.tar.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0}));
    }

    @Test
    void aDamagedImageIsLeftOutAndSaid() throws IOException {
        List<String> warnings = new ArrayList<>();
        Path tar = tar("a.tar", "0.png", "no image", "0.cls", "1", "1.png", "2", "1.cls", "0");

        Dataset dataset = Dataset.open(tar, OPTIONS, warnings::add);

        assertEquals(List.of(2), values(dataset));
        assertEquals(0, dataset.label(0));
        assertTrue(warnings.get(0).contains("Left out 1 of 2 images in " + tar), warnings.toString());
    }

    private static void refused(String part, Path path) {
        String message =
                assertThrows(UserError.class, () -> Dataset.open(path, OPTIONS)).getMessage();
        assertTrue(message.contains(part), message);
        assertTrue(message.endsWith(".") && !message.contains("\n"), message);
    }

    private static List<Integer> values(Dataset dataset) {
        List<Integer> values = new ArrayList<>();
        byte[] image = new byte[3];
        for (int i = 0; i < dataset.size(); i++) {
            dataset.copy(i, image);
            values.add((int) image[0]);
        }
        return values;
    }

    /** @param contents a name, then its text, or for an image its gray level, for each file */
    private Path tar(String name, String... contents) throws IOException {
        Path file = folder.resolve(name);
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            for (int i = 0; i < contents.length; i += 2) {
                boolean image = contents[i].endsWith(".png") && contents[i + 1].matches("\\d+");
                byte[] content = image
                        ? png(Integer.parseInt(contents[i + 1]))
                        : contents[i + 1].getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(contents[i]);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return file;
    }

    private static byte[] png(int level) throws IOException {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, level * 0x010101);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }
}
