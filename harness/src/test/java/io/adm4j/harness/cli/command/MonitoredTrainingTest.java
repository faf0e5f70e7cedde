package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.harness.training.engine.SavedWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static String weights(Path run) {
        return SavedWeights.read(new RunFolder(run).require().folder()).sha256();
    }
}
