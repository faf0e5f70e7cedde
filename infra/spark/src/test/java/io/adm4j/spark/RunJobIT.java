package io.adm4j.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.cli.Harness;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunJobIT {
    private static final int IMAGES = 7;
    private static final int SIZE = 32;

    @TempDir
    Path folder;

    @BeforeEach
    void write() {
        byte[] pixels = new byte[IMAGES * SIZE * SIZE];
        new SplittableRandom(1).nextBytes(pixels);
        long[] labels = LongStream.range(0, IMAGES).toArray();
        Npz.write(
                folder.resolve("images.npz"),
                Map.of("arr_0", Tensor.of(pixels, IMAGES, SIZE, SIZE, 1), "arr_1", Tensor.of(labels, IMAGES)));
    }

    private LocalCluster.Run run(String master, String... command) throws Exception {
        return LocalCluster.run(
                master,
                RunJob.class,
                folder,
                Stream.concat(Stream.of("--parts", "3"), Stream.of(command)).toArray(String[]::new));
    }

    private void assertThatOfOneMachine(LocalCluster.Run run, String... command) throws Exception {
        assertEquals(0, run.exitCode(), run.text());
        String[] single = command.clone();
        for (int i = 0; i < single.length; i++) {
            if (single[i].equals("images.npz")) {
                single[i] = folder.resolve("images.npz").toString();
            }
        }
        Path expected = folder.resolve("single.npz");
        single[single.length - 1] = expected.toString();
        System.setProperty("adm4j.embedded", LocalCluster.BUNDLE.toString());
        assertEquals(0, Harness.commandLine().execute(single));
        assertArrayEquals(
                Files.readAllBytes(expected), Files.readAllBytes(folder.resolve(command[command.length - 1])));
    }

    @Test
    void encodingIsThatOfOneMachineAndASecondRunMakesWhatIsMissing() throws Exception {
        String[] command = {
            "encode",
            "--pictures",
            "images.npz",
            "--steps",
            "3",
            "--batch-size",
            "1",
            "--label",
            "boot",
            "--out",
            "made/z.npz"
        };
        LocalCluster.Run run = run(LocalCluster.TWO_EXECUTORS, command);
        assertThatOfOneMachine(run, command);
        assertTrue(run.text().contains("3 parts in "), run.text());

        Path kept = folder.resolve("made/z.npz.parts");
        Files.delete(kept.resolve("part-2-of-3.done"));
        Files.delete(kept.resolve("shard-000000002.npz"));
        Files.delete(folder.resolve("made/z.npz"));
        LocalCluster.Run again = run(LocalCluster.IN_DRIVER, command);
        assertThatOfOneMachine(again, command);
        assertTrue(again.text().contains("(2 of them from before)"), again.text());
    }

    @Test
    void likelihoodIsThatOfOneMachine() throws Exception {
        String[] command = {
            "nll", "--data", "images.npz", "--steps", "3", "--batch-size", "2", "--label", "boot", "--out", "terms.npz"
        };
        assertThatOfOneMachine(run(LocalCluster.IN_DRIVER, command), command);
    }

    @Test
    void restorationIsThatOfOneMachine() throws Exception {
        String[] command = {
            "restore",
            "superresolve",
            "--factor",
            "2",
            "--degrade",
            "--input",
            "images.npz",
            "--labels",
            "boot",
            "--steps",
            "4",
            "--out",
            "sharp.npz"
        };
        assertThatOfOneMachine(run(LocalCluster.IN_DRIVER, command), command);
    }

    @Test
    void mistakesAreOneSentence() throws Exception {
        refuse("is none of the commands that this job runs", "sample", "--out", "x.npz");
        refuse("give --out FILE.npz", "nll", "--data", "images.npz", "--out", "folder/");
        refuse("The job gives --part to each task itself", "nll", "--part", "1/2", "--out", "x.npz");
        refuse("There is no none.npz on the machine", "nll", "--data", "none.npz", "--out", "x.npz");
        refuse("steps", "nll", "--data", "images.npz", "--steps", "5000", "--out", "x.npz");
    }

    private void refuse(String part, String... command) throws Exception {
        LocalCluster.Run run = run(LocalCluster.IN_DRIVER, command);
        assertEquals(2, run.exitCode(), run.text());
        assertTrue(run.text().contains(part), run.text());
        assertFalse(run.text().contains("\tat "), run.text());
    }
}
