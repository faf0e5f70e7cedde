package io.adm4j.harness.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.ClassNames;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFilesTest {
    private static final ClassNames CLOTHES =
            new ClassNames(4, List.of("T-shirt/top", "../../etc", "Größe: \"42\"", " "));

    @TempDir
    Path folder;

    @Test
    void namesHoldSeedLabelAndClass() {
        ImageFiles files = new ImageFiles(10, CLOTHES);

        assertEquals("seed000012-label00-t-shirt-top.png", files.name(2, 0));
        assertEquals("seed000010-label01-etc.png", files.name(0, 1));
        assertEquals("seed000011-label02-gr-e-42.png", files.name(1, 2));
        assertEquals("seed000011-label03.png", files.name(1, 3));
        assertEquals("seed000011-label07.png", files.name(1, 7));
        assertEquals("seed000011.png", files.name(1));
    }

    @Test
    void labelsAreAsLongAsTheLargest() {
        ImageFiles files = new ImageFiles(1_234_567, new ClassNames(1001, List.of()));

        assertEquals("seed1234567-label0003.png", files.name(0, 3));
    }

    @Test
    void longNamesAreCut() {
        ImageFiles files = new ImageFiles(0, new ClassNames(1, Collections.nCopies(1, "word ".repeat(100))));

        assertEquals("seed000000-label00-" + "word-".repeat(8).replaceAll("-$", "") + ".png", files.name(0, 0));
    }

    @Test
    void eachImageOfABatchIsAFile() throws IOException {
        byte[] values = new byte[2 * 2 * 2 * 3];
        values[12] = (byte) 200;
        FinishedBatch batch = new FinishedBatch(5, Tensor.of(values, 2, 2, 2, 3), new int[] {1, 0}, false);

        new ImageFiles(100, CLOTHES).write(batch, folder);

        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of("seed000105-label01-etc.png", "seed000106-label00-t-shirt-top.png"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        assertEquals(
                0xff000000,
                ImageIO.read(folder.resolve("seed000105-label01-etc.png").toFile())
                        .getRGB(0, 0));
        assertEquals(
                0xffc80000,
                ImageIO.read(folder.resolve("seed000106-label00-t-shirt-top.png")
                                .toFile())
                        .getRGB(0, 0));
    }

    @Test
    void whatCannotBeWrittenIsOneSentence() {
        Path file = folder.resolve("missing/a.png");

        UserError refused =
                assertThrows(UserError.class, () -> ImageFiles.write(Tensor.of(new byte[3], 1, 1, 1, 3), 0, file));

        assertTrue(refused.getMessage().startsWith("The image " + file + " could not be written: "));
    }
}
