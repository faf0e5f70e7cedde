package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.harness.training.engine.SavedWeights;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sample grids and run.html of real runs. */
@Tag("training")
class MonitoredTrainingTest {
    @TempDir
    Path folder;

    @Test
    void previewsAreSampledShownAndDoNotChangeTheRun() throws IOException {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Object[] options = arguments("train", "diffusion", TinyRun.denoiser(), "--data", data, "--steps", 4);
        Path plain = folder.resolve("plain");
        Path seen = folder.resolve("seen");

        succeeding(arguments(options, "--out", plain));
        succeeding(arguments(options, "--out", seen, "--preview-interval", 2, "--preview-samples", 4));

        assertTrue(Files.exists(seen.resolve("previews/step-00000002.png")));
        assertTrue(Files.exists(seen.resolve("previews/step-00000004.png")));
        assertTrue(Files.notExists(seen.resolve("preview-bundle")));
        assertArrayEquals(TinyRun.logged(plain, "loss"), TinyRun.logged(seen, "loss"), "the same steps");
        assertEquals(weights(plain), weights(seen));
        Document page = Jsoup.parse(Files.readString(seen.resolve("run.html")));
        assertEquals(2, page.select(".grids img").size());
        assertTrue(page.text().contains("step 4 of 4 is saved"), page.text());
    }

    @Test
    void aPreviewThatFailsIsAWarning() throws IOException {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Path run = folder.resolve("run");
        Object[] options = arguments("train", "diffusion", TinyRun.denoiser(), "--data", data, "--out", run);
        succeeding(arguments(options, "--steps", 1));
        Files.writeString(run.resolve("previews"), "a file where the folder would be");

        String errors = succeeding("train", "diffusion", "--resume", run, "--steps", 2, "--preview-interval", 1)
                .err();

        assertTrue(errors.contains("No preview of step 2"), errors);
        assertEquals(2, new RunFolder(run).require().step());
        assertTrue(Files.readString(run.resolve("run.html")).contains("step 2 of 2 is saved"));
    }

    /** Low-resolution image, sample and original side by side, of a run that is scored too. */
    @Test
    void anUpsamplerIsShownAndScoredOnImagesOfItsData() throws IOException {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Path features = folder.resolve("features");
        Path denoiser = folder.resolve("denoiser");
        Path bundle = folder.resolve("bundle");
        Path plain = folder.resolve("plain");
        Path run = folder.resolve("run");
        Object[] classifier = arguments("train", "classifier", TinyRun.classifier(), "--no-noise", "--steps", 1);
        succeeding(arguments(classifier, "--data", data, "--out", features));
        succeeding(
                arguments("train", "diffusion", TinyRun.denoiser(), "--data", data, "--steps", 1, "--out", denoiser));
        succeeding("export", "--denoiser", denoiser, "--features", features, "--out", bundle);
        Object[] options = arguments(
                "train", "upsampler", TrainedUpsamplerTest.NETWORK, "--data", data, "--steps", 2, "--class-cond", true);
        succeeding(arguments(options, "--out", plain));

        succeeding(arguments(
                arguments(options, "--out", run, "--preview-interval", 2, "--preview-samples", 3),
                "--eval-interval",
                2,
                "--eval-samples",
                10,
                "--eval-steps",
                2,
                "--eval-features",
                bundle));

        BufferedImage grid =
                ImageIO.read(run.resolve("previews/step-00000002.png").toFile());
        assertEquals(3 * 8 + 4 * 2, grid.getWidth());
        assertEquals(3 * 8 + 4 * 2, grid.getHeight());
        int[] input = pixels(grid, 0);
        int[] original = pixels(grid, 2);
        assertEquals(mean(original), mean(input), 1, "the input has the brightness of the original");
        assertEquals(input[0], input[1], "its pixels are magnified");
        assertEquals(input[0], input[8]);
        assertTrue(Files.readString(run.resolve("evals.csv")).contains("fid"));
        assertEquals(weights(plain), weights(run));
    }

    /** Red of the first row's image in a column of the grid. */
    private static int[] pixels(BufferedImage grid, int column) {
        int[] red = new int[64];
        for (int i = 0; i < red.length; i++) {
            red[i] = grid.getRGB(2 + column * 10 + i % 8, 2 + i / 8) >> 16 & 0xff;
        }
        return red;
    }

    private static double mean(int[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static String weights(Path run) {
        return SavedWeights.read(new RunFolder(run).require().folder()).sha256();
    }
}
