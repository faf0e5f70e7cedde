package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NllCommandTest {
    private static final int SIZE = LabeledImages.SIZE;
    private static final int STEPS = 30;

    @TempDir
    Path folder;

    private Path bundle;
    private Path images;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        LabeledImages files = LabeledImages.write(folder, 2, 0, 1, 1, 0, 2, 1, 0);
        bundle = files.bundle();
        images = files.images();
        out = folder.resolve("made/terms.npz");
    }

    @Test
    void termsAreWrittenAndTheirMeansPrinted() throws IOException {
        String printed = measure("--samples", 5, "--batch-size", 2, "--out", out);

        Map<String, Tensor> arrays = Npz.read(out);
        assertEquals(
                Set.of("total_bpd", "prior_bpd", "vb", "xstart_mse", "mse", "timesteps", "images", "labels"),
                arrays.keySet());
        assertArrayEquals(new long[] {5, STEPS}, arrays.get("mse").shape());
        long[] numbers = arrays.get("images").toLongArray();
        long[] labels = {2, 0, 1, 1, 0, 2, 1, 0};
        assertArrayEquals(
                Arrays.stream(numbers).map(n -> labels[(int) n]).toArray(),
                arrays.get("labels").toLongArray());
        float[] total = arrays.get("total_bpd").toFloatArray();
        double mean = 0;
        for (float bits : total) {
            mean += bits / 5;
        }
        Matcher shown = Pattern.compile("Bits per dimension  (\\S+) ± (\\S+)").matcher(printed);
        assertTrue(shown.find(), printed);
        assertEquals(String.format(Locale.ROOT, "%.4g", mean), shown.group(1));
        assertTrue(printed.contains("prior"), printed);
        try (var files = Files.list(out.getParent())) {
            assertEquals(List.of(out), files.toList(), "no parts are left");
        }
    }

    @Test
    void termsAreTheSameInAnyBatch() {
        measure("--batch-size", 8, "--out", out);
        Map<String, Tensor> together = Npz.read(out);
        measure("--batch-size", 3, "--out", out);

        together.forEach((name, array) ->
                assertEquals(array.bytes(), Npz.read(out).get(name).bytes(), name));
    }

    @Test
    void labelsAndClippingCount() {
        measure("--out", out);
        float[] own = Npz.read(out).get("mse").toFloatArray();
        measure("--out", out, "--label", "bag");
        assertFalse(Arrays.equals(own, Npz.read(out).get("mse").toFloatArray()));
        measure("--out", out, "--clip-denoised", false);
        assertFalse(Arrays.equals(own, Npz.read(out).get("mse").toFloatArray()));
    }

    @Test
    void aPlotShowsAllTerms() throws Exception {
        Path plot = folder.resolve("terms.svg");
        measure("--plot", plot);

        DocumentBuilderFactory xml = DocumentBuilderFactory.newInstance();
        try (InputStream in = Files.newInputStream(plot)) {
            var drawing = xml.newDocumentBuilder().parse(in).getDocumentElement();
            assertEquals(3, drawing.getElementsByTagName("svg").getLength());
            // The decoder's term and 16 sections in each.
            assertEquals(3 * 17, drawing.getElementsByTagName("circle").getLength());
        }
    }

    /** A run that stopped after its first batch, as its folder then is. */
    @Test
    void otherSettingsAreNotMixed() throws IOException {
        Path parts = Files.createDirectories(folder.resolve("made/terms.npz.parts"));
        Files.writeString(parts.resolve("settings.json"), "{}");
        Npz.write(parts.resolve("shard-000000000.npz"), Map.of("vb", Tensor.of(new float[1], 1)));

        refused("other settings", command("--out", out));
        assertFalse(Files.exists(out));
    }

    @Test
    void badInputIsOneSentence() throws IOException {
        Path up = folder.resolve("up");
        TinyBundle.writeUpsampler(up, 2, SIZE, false, 0);

        refuse("--samples asks for 9 images", "--samples", 9);
        refuse("steps", "--steps", "2000");
        refuse("--bundle " + up + " is an upsampler", "--bundle", up);
        refuse("--label takes classes of the bundle", "--label", 3);
        refuse("--out is an npz file", "--out", folder.resolve("made/x.csv"));
        refuse("--plot is an SVG file", "--plot", folder.resolve("made/x.png"));
        refuse("'0' is not a whole number of at least 1", "--samples", 0);
    }

    private void refuse(String part, Object... options) {
        refused(part, command(CommandLineRun.arguments("--out", out, options)));
        assertFalse(Files.exists(folder.resolve("made")), "nothing is written");
    }

    private String measure(Object... options) {
        return succeeding(command(options)).out();
    }

    private Object[] command(Object... options) {
        return CommandLineRun.arguments("nll", "--bundle", bundle, "--data", images, "--steps", STEPS, options);
    }
}
