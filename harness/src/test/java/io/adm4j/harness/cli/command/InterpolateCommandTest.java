package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.io.Npz;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterpolateCommandTest {
    private static final int SIZE = 4;

    @TempDir
    Path folder;

    private Path bundle;
    private Path first;
    private Path last;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, false, List.of("shirt", "Bag", "ankle boot"));
        first = image("first.png", 1);
        last = image("last.png", 2);
        out = folder.resolve("made/row.npz");
    }

    private Path image(String name, int seed) throws IOException {
        byte[] pixels = new byte[SIZE * SIZE * 3];
        new Random(seed).nextBytes(pixels);
        return Files.write(folder.resolve(name), PngWriter.encode(Tensor.of(pixels, SIZE, SIZE, 3)));
    }

    /** The ends are the images as encode and sample lead back to them. */
    @Test
    void theRowGoesFromOneRoundTripToTheOther() {
        succeeding(command("--label", "bag,0", "--count", 5));
        Tensor row = Npz.read(out).get("arr_0");
        assertArrayEquals(new long[] {5, SIZE, SIZE, 3}, row.shape());
        assertArrayEquals(new long[] {1, 1, 1, 0, 0}, Npz.read(out).get("arr_1").toLongArray());

        assertArrayEquals(roundTrip(first, 1), row.rows(0, 1).toByteArray());
        assertArrayEquals(roundTrip(last, 0), row.rows(4, 5).toByteArray());
        assertFalse(Arrays.equals(row.rows(0, 1).toByteArray(), row.rows(2, 3).toByteArray()));
    }

    private byte[] roundTrip(Path image, int label) {
        Path noise = folder.resolve("z.npz");
        Path back = folder.resolve("back.npz");
        succeeding("encode", "--bundle", bundle, "--pictures", image, "--label", label, "--steps", 6, "--out", noise);
        succeeding("sample", "--bundle", bundle, "--noise", noise, "--steps", 6, "--out", back);
        return Npz.read(back).get("arr_0").toByteArray();
    }

    @Test
    void aGridHasTheWholeRow() throws IOException {
        Path grid = folder.resolve("row.png");
        succeeding(command("--label", 2, "--count", 20, "--grid", grid));

        var image = ImageIO.read(grid.toFile());
        assertEquals(20 * (SIZE + 2) + 2, image.getWidth());
        assertEquals(SIZE + 4, image.getHeight());
    }

    @Test
    void badInputIsOneSentence() {
        Path several = folder.resolve("several.npz");
        Npz.write(several, Map.of("arr_0", Tensor.of(new byte[2 * SIZE * SIZE * 3], 2, SIZE, SIZE, 3)));

        refused("give --label", command());
        refused("2 images, not 3 labels", command("--label", "0,1,2"));
        refused("'1' is not a whole number of at least 2", command("--count", 1));
        refused("Say where the row goes", "interpolate", first, last, "--bundle", bundle);
        refused("has 2 images", "interpolate", first, several, "--bundle", bundle, "--out", out, "--label", 0);
        refused("named twice", "interpolate", first, last, "--bundle", bundle, "--grid", last, "--label", 0);
        assertFalse(Files.exists(out.getParent()), "nothing is written");
    }

    private Object[] command(Object... options) {
        return CommandLineRun.arguments(
                "interpolate", first, last, "--bundle", bundle, "--steps", 6, "--out", out, options);
    }
}
