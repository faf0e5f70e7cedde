package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodeCommandTest {
    private static final int SIZE = LabeledImages.SIZE;

    @TempDir
    Path folder;

    private Path bundle;
    private Path images;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        LabeledImages files = LabeledImages.write(folder, 2, 0, 1, 1, 0);
        bundle = files.bundle();
        images = files.images();
        out = folder.resolve("made/z.npz");
    }

    /** At the last timestep all that remains is the predicted noise, which the bundle has in closed form. */
    @Test
    void oneStepIsTheDenoisersPrediction() {
        encode("--steps", 1, "--clip-denoised", false);

        Tensor pixels = Npz.read(images).get("arr_0");
        Tensor noise = noise();
        assertArrayEquals(new long[] {5, 3, SIZE, SIZE}, noise.shape());
        long[] labels = {2, 0, 1, 1, 0};
        assertArrayEquals(labels, Npz.read(out).get("arr_1").toLongArray());
        for (int n = 0; n < 5; n++) {
            for (int c = 0; c < 3; c++) {
                for (int p = 0; p < SIZE * SIZE; p++) {
                    double x = (pixels.bytes().get((n * SIZE * SIZE + p) * 3 + c) & 0xff) / 127.5 - 1;
                    double expected = TinyBundle.DENOISER_X * x + TinyBundle.DENOISER_Y * labels[n];
                    assertEquals(expected, noise.floats().get((n * 3 + c) * SIZE * SIZE + p), 1e-5);
                }
            }
        }
    }

    @Test
    void anImagesNoiseIsItsOwn() {
        encode("--steps", 5, "--batch-size", 2);
        Tensor together = noise();
        encode("--steps", 5, "--batch-size", 5, "--samples", 3);

        assertArrayEquals(together.rows(0, 3).toFloatArray(), noise().toFloatArray());
    }

    @Test
    void labelsAreTheImagesOwnOrThoseAskedFor() {
        encode("--steps", 3, "--label", "bag");
        float[] asBags = noise().toFloatArray();
        assertArrayEquals(new long[] {1, 1, 1, 1, 1}, Npz.read(out).get("arr_1").toLongArray());
        encode("--steps", 3, "--label", "boot,0, Bag ,1,shirt");

        assertArrayEquals(new long[] {2, 0, 1, 1, 0}, Npz.read(out).get("arr_1").toLongArray());
        float[] asked = noise().toFloatArray();
        assertFalse(Arrays.equals(asBags, asked));
        encode("--steps", 3);
        assertArrayEquals(asked, noise().toFloatArray());
    }

    @Test
    void samplingTakesTheLabelsOfTheNoise() {
        String printed = encode("--steps", 4);
        assertTrue(
                printed.contains("harness sample --bundle " + bundle + " --noise " + out
                        + " --sampler ddim --steps 4 --grid back.png"),
                printed);

        Path own = folder.resolve("own.npz");
        succeeding("sample", "--bundle", bundle, "--noise", out, "--steps", 4, "--out", own);
        Path asked = folder.resolve("asked.npz");
        succeeding("sample", "--bundle", bundle, "--noise", out, "--steps", 4, "--out", asked, "--labels", "0,1,2,0,1");

        assertArrayEquals(new long[] {2, 0, 1, 1, 0}, Npz.read(own).get("arr_1").toLongArray());
        assertArrayEquals(
                new long[] {0, 1, 2, 0, 1}, Npz.read(asked).get("arr_1").toLongArray());
        assertNotEquals(
                Arrays.hashCode(Npz.read(own).get("arr_0").toByteArray()),
                Arrays.hashCode(Npz.read(asked).get("arr_0").toByteArray()));
    }

    @Test
    void samplingRefusesLabelsThatDoNotFitTheNoise() {
        Path wrong = folder.resolve("wrong.npz");
        Npz.write(
                wrong,
                Map.of("noise", Tensor.of(new float[96], 2, 3, SIZE, SIZE), "arr_1", Tensor.of(new long[] {1}, 1)));

        refused("'arr_1'", "sample", "--bundle", bundle, "--noise", wrong, "--out", out);
    }

    @Test
    void theEmbeddedBundleLeadsBackToTheImages() {
        Path embedded = Path.of(System.getProperty("adm4j.root"), "harness", "bundles", "fashion-mnist-32");
        String printed = succeeding(
                        "encode",
                        "--bundle",
                        embedded,
                        "--pictures",
                        embedded.resolve(EmbeddedBundle.REFERENCE),
                        "--samples",
                        4,
                        "--round-trip",
                        "--out",
                        out)
                .out();

        Matcher difference = Pattern.compile("differ by ([0-9.]+) gray levels").matcher(printed);
        assertTrue(difference.find(), printed);
        double levels = Double.parseDouble(difference.group(1));
        assertTrue(levels > 0 && levels < 2, printed);
    }

    @Test
    void denoisersWithoutClassesTakeNoLabels() throws IOException {
        Path unconditional = folder.resolve("unconditional");
        TinyBundle.writeUnconditional(unconditional, SIZE, true, 3);

        refuse("--label must be left out", "--bundle", unconditional, "--label", 1);
        encode("--bundle", unconditional, "--steps", 2);
        assertEquals(List.of("noise"), List.copyOf(Npz.read(out).keySet()));
    }

    @Test
    void badInputIsOneSentence() throws IOException {
        Path unlabeled = folder.resolve("unlabeled.npz");
        Npz.write(unlabeled, Map.of("arr_0", Tensor.of(new byte[SIZE * SIZE * 3], 1, SIZE, SIZE, 3)));
        Path up = folder.resolve("up");
        TinyBundle.writeUpsampler(up, 2, SIZE, false, 0);

        refuse("give --label", "--pictures", unlabeled);
        refuse("--label takes classes of the bundle: label must be a number from 0 to 2", "--label", "hat");
        refuse("5 images, not 2 labels", "--label", "0,1");
        refuse("--samples asks for 6 images", "--samples", 6);
        refuse("--bundle " + up + " is an upsampler", "--bundle", up);
        refuse("steps", "--steps", "many");
        refuse("--out is an npz file", "--out", folder.resolve("z.npy"));
    }

    private void refuse(String part, Object... options) {
        refused(part, command(options));
        assertFalse(Files.exists(folder.resolve("made")), "nothing is written");
    }

    private String encode(Object... options) {
        return succeeding(command(options)).out();
    }

    private Object[] command(Object... options) {
        return CommandLineRun.arguments("encode", "--bundle", bundle, "--pictures", images, "--out", out, options);
    }

    private Tensor noise() {
        return Npz.read(out).get("noise");
    }
}
