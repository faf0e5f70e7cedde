package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.io.ImageGrid;
import io.adm4j.io.Npz;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where {@code sample} writes its images. */
class SampledImagesTest {
    private static final int SIZE = 6;

    @TempDir
    Path folder;

    private Path bundle;

    @BeforeEach
    void writeBundle() throws IOException {
        bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "Bag", "ankle boot"));
    }

    @Test
    void aFolderGetsOneFileAnImage() throws IOException {
        Path images = folder.resolve("deep/images");
        List<String> names = List.of(
                "seed000007-label00-shirt.png",
                "seed000008-label01-bag.png",
                "seed000009-label02-ankle-boot.png",
                "seed000010-label00-shirt.png");

        succeeding(command("--out", images + "/", "--seed", 7, "--samples", 4, "--batch-size", 3));

        assertEquals(names, contents(images));
        Path npz = folder.resolve("same.npz");
        succeeding(command("--out", npz, "--seed", 7, "--samples", 4));
        for (int i = 0; i < names.size(); i++) {
            Tensor image = Npz.read(npz).get("arr_0").rows(i, i + 1).reshape(SIZE, SIZE, 3);
            assertArrayEquals(PngWriter.encode(image), Files.readAllBytes(images.resolve(names.get(i))));
        }
        assertEquals(List.of("deep", "same.npz", "tiny"), contents(folder));
    }

    @Test
    void anExistingFolderKeepsItsFilesWhateverItsName() throws IOException {
        Path images = Files.createDirectory(folder.resolve("images.npz"));
        Files.writeString(images.resolve("notes.txt"), "mine");

        succeeding(command("--out", images, "--labels", "bag"));

        assertEquals(List.of("notes.txt", "seed000000-label01-bag.png"), contents(images));
    }

    @Test
    void oneImageIsOneFile() throws IOException {
        Path png = folder.resolve("deep/x.png");

        succeeding(command("--out", png, "--labels", "bag"));

        assertEquals(List.of("x.png"), contents(png.getParent()));
        Path npz = folder.resolve("same.npz");
        succeeding(command("--out", npz, "--labels", "bag"));
        assertArrayEquals(PngWriter.encode(Npz.read(npz).get("arr_0").reshape(SIZE, SIZE, 3)), Files.readAllBytes(png));
    }

    @ParameterizedTest
    @CsvSource({"1, TYPE_BYTE_GRAY", "4, TYPE_4BYTE_ABGR"})
    void imagesKeepTheirChannels(int channels, String type) throws Exception {
        TinyBundle.write(bundle, SIZE, channels, true, List.of("shirt", "bag"));
        Path npz = folder.resolve("all.npz");
        Path images = folder.resolve("images");
        Path grid = folder.resolve("grid.png");

        succeeding(command("--out", npz, "--grid", grid, "--classifier-scale", 1));
        succeeding(command("--out", images + "/", "--classifier-scale", 1));

        Tensor sampled = Npz.read(npz).get("arr_0");
        assertArrayEquals(new long[] {2, SIZE, SIZE, channels}, sampled.shape());
        assertArrayEquals(
                PngWriter.encode(sampled.rows(1, 2).reshape(SIZE, SIZE, channels)),
                Files.readAllBytes(images.resolve("seed000001-label01-bag.png")));
        assertArrayEquals(PngWriter.encode(ImageGrid.of(2).layOut(sampled)), Files.readAllBytes(grid));
        BufferedImage decoded = ImageIO.read(grid.toFile());
        assertEquals(BufferedImage.class.getField(type).getInt(null), decoded.getType());
        assertEquals(channels, decoded.getRaster().getNumBands());
    }

    @Test
    void channelsThatPngDoesNotHoldAreRefusedBeforeSampling() throws IOException {
        TinyBundle.write(bundle, SIZE, 2, true, List.of("shirt", "bag"));
        Path npz = folder.resolve("all.npz");
        String reason =
                " would be PNG, which holds images with 1, 3 or 4 channels, and these have 2: give --out FILE.npz"
                        + " instead.";

        refused("--out " + folder.resolve("x") + reason, command("--out", folder.resolve("x") + "/"));
        refused("--out " + folder.resolve("x.png") + reason, command("--out", folder.resolve("x.png"), "--samples", 1));
        refused("--grid " + folder.resolve("x.png") + reason, command("--out", npz, "--grid", folder.resolve("x.png")));
        assertEquals(List.of("tiny"), contents(folder));

        succeeding(command("--out", npz));
        assertArrayEquals(
                new long[] {2, SIZE, SIZE, 2}, Npz.read(npz).get("arr_0").shape());
    }

    /** The tiny networks treat each channel by itself. */
    @Test
    void storedImagesAreReadWithTheChannelsOfTheUpsampler() throws IOException {
        Path upsampler = folder.resolve("upsampler");
        TinyBundle.writeUpsampler(upsampler, SIZE, 2 * SIZE, 4, false, 0);
        byte[] pixels = new byte[SIZE * SIZE * 4];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (7 * i);
        }
        Path npz = folder.resolve("small.npz");
        Path out = folder.resolve("large.npz");
        Npz.write(npz, Map.of("arr_0", Tensor.of(pixels, 1, SIZE, SIZE, 4)));
        Path png = Files.write(folder.resolve("small.png"), PngWriter.encode(pixels, SIZE, SIZE, 4));

        Object[] command = {"sample", "--upsampler", upsampler, "--upsampler-steps", 2, "--out", out};

        succeeding(CommandLineRun.arguments(command, "--base-samples", npz));
        Tensor ofArray = Npz.read(out).get("arr_0");
        succeeding(CommandLineRun.arguments(command, "--base-samples", png));

        assertArrayEquals(new long[] {1, 2 * SIZE, 2 * SIZE, 4}, ofArray.shape());
        assertArrayEquals(ofArray.toByteArray(), Npz.read(out).get("arr_0").toByteArray());
        Npz.write(npz, Map.of("arr_0", Tensor.of(new byte[SIZE * SIZE * 2], 1, SIZE, SIZE, 2)));
        refused(
                "images of 2 channels, and the network takes 4",
                CommandLineRun.arguments(command, "--base-samples", npz));
    }

    @Test
    void initialNoiseAndUpsamplersHaveTheChannelsOfTheModel() throws IOException {
        TinyBundle.write(bundle, SIZE, 1, false, List.of("shirt", "bag"));
        Path npz = folder.resolve("all.npz");
        Path noise = folder.resolve("noise.npz");
        Npz.write(noise, Map.of("noise", Tensor.of(new float[SIZE * SIZE * 3], 1, 3, SIZE, SIZE)));
        refused("is float32 [N, 1, 6, 6], and " + noise, command("--out", npz, "--noise", noise));
        Path upsampler = folder.resolve("upsampler");
        TinyBundle.writeUpsampler(upsampler, SIZE, 2 * SIZE, 3, false, 2);
        refused(
                "upsamples images with 3 channels, but the base images are images with 1",
                command("--out", npz, "--upsampler", upsampler));
        TinyBundle.writeUpsampler(upsampler, SIZE / 2, SIZE, 1, false, 2);
        succeeding(command("--out", npz, "--upsampler", upsampler));
        assertArrayEquals(
                new long[] {2, SIZE, SIZE, 1}, Npz.read(npz).get("arr_0").shape());
    }

    @Test
    void anInterruptedRunResumes() throws Exception {
        Path images = folder.resolve("images");
        Object[] command =
                command("--sampler", "ddpm", "--steps", 500, "--samples", 30, "--batch-size", 2, "--out", images + "/");
        Path shard = images.resolve("unfinished.parts/shard-000000000.npz");
        InterruptedRun.until(shard, command);
        // A batch that can be told from what sampling would give.
        byte[] marked = new byte[2 * SIZE * SIZE * 3];
        Npz.write(
                shard,
                Map.of(
                        "arr_0",
                        Tensor.of(marked, 2, SIZE, SIZE, 3),
                        "arr_1",
                        Npz.read(shard).get("arr_1")));
        refused("other settings (seed: 0 then, 1 now): use those", CommandLineRun.arguments(command, "--seed", 1));

        String printed = succeeding(command).out();

        assertTrue(printed.contains("of them from before"), printed);
        assertEquals(30, contents(images).size());
        assertArrayEquals(
                PngWriter.encode(new byte[SIZE * SIZE * 3], SIZE, SIZE, 3),
                Files.readAllBytes(images.resolve("seed000001-label01-bag.png")));
    }

    @Test
    void whatCannotBeWrittenIsRefusedBeforeSampling() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        Path existing = Files.createDirectory(folder.resolve("existing"));
        Path npz = folder.resolve("x.npz");

        refused(
                "give --samples 1, a folder for a file each (--out " + folder.resolve("x") + "/), or --grid",
                command("--out", folder.resolve("x.png")));
        refused("is a file, which a folder does not replace", command("--out", file + "/"));
        refused("is a file, not a folder", command("--out", file.resolve("x.npz")));
        refused("is a file, not a folder", command("--out", file + "/images/"));
        refused(
                "images are written as PNG: name a folder (" + folder.resolve("x") + "/)",
                command("--out", folder.resolve("x.jpg")));
        refused("--grid " + existing + " is a folder", command("--out", npz, "--grid", existing));
        refused("--trajectory " + existing + " is a folder", command("--out", npz, "--trajectory", existing));
        refused("--trajectory " + npz + " is named twice", command("--out", npz, "--trajectory", npz));
        Path noise = folder.resolve("noise.npz");
        Npz.write(noise, Map.of("noise", Tensor.of(new float[SIZE * SIZE * 3], 1, 3, SIZE, SIZE)));
        refused("--out " + noise + " is named twice", command("--noise", noise, "--out", noise));
        refused("MB are free on its disk", command("--out", npz, "--samples", Integer.MAX_VALUE));
        refused("is empty", command("--out", ""));

        assertEquals(List.of("existing", "file", "noise.npz", "tiny"), contents(folder));
        assertEquals("mine", Files.readString(file));
    }

    private Object[] command(Object... arguments) {
        return CommandLineRun.arguments("sample", "--bundle", bundle, "--steps", 2, arguments);
    }

    private static List<String> contents(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
