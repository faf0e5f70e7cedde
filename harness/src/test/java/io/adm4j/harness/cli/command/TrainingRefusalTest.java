package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.training.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Training that cannot start is refused in one sentence. */
@Tag("training")
class TrainingRefusalTest {
    @TempDir
    Path folder;

    private Path data;
    private Path run;
    private Object[] diffusion;
    private Object[] classifier;

    @BeforeEach
    void setArguments() {
        data = TinyRun.data(folder.resolve("data.npz"), 5, 3);
        run = folder.resolve("run");
        Object[] all = {"--num-classes", 3, "--steps", 1, "--out", run, "--data", data};
        diffusion = arguments("train", "diffusion", TinyRun.denoiser(), all);
        classifier = arguments("train", "classifier", TinyRun.classifier(), all);
    }

    /** Before a run exists: none may be left behind. */
    @Nested
    class ANewRun {
        @AfterEach
        void nothingIsLeftBehind() {
            assertTrue(Files.notExists(run));
        }

        @Test
        void needsImages() {
            Object[] without = {"train", "diffusion", TinyRun.denoiser(), "--steps", 1, "--out", run};
            refused("--data", arguments(without));
            refused("There is no file", arguments(diffusion, "--data", folder.resolve("none")));
        }

        @Test
        void needsLabels() {
            Path plain = TinyRun.data(folder.resolve("plain.npz"), 5, 0);
            refused("needs labels", arguments(diffusion, "--class-cond", true, "--data", plain));
            refused("needs labels", arguments(classifier, "--data", plain));
        }

        @Test
        void needsAnOutputForEveryClass() {
            refused("--num-classes 3", arguments(diffusion, "--num-classes", 2));
            refused("--num-classes 3", arguments(classifier, "--num-classes", 2));
        }

        @Test
        void isEitherNewOrResumed() {
            Object[] neither = {"train", "diffusion", TinyRun.denoiser(), "--steps", 1, "--data", data};
            refused("either --out", arguments(neither));
            refused("either --out", arguments(diffusion, "--resume", run));
            refused("no training run", "train", "diffusion", "--resume", run, "--steps", 1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"--steps", "--microbatch", "--batch-size", "--save-interval"})
        void countsAreAtLeastOne(String option) {
            refused("at least 1", arguments(diffusion, option, 0));
        }

        @ParameterizedTest
        @CsvSource({
            "--lr, -1, --lr",
            "--ema-rate, 1, --ema-rate",
            "--ema-rate, '0.9,0.5,0.90', 'the rate 0.9 twice'",
            "--lr, Infinity, above 0",
            "--lr, NaN, above 0",
            "--lr-warmup-steps, -1, at least 0",
            "--lr-anneal-steps, -1, at least 0",
            "--hours, 0, above 0",
            "--noise-schedule, x, schedule",
            "--num-channels, 33, ''",
            "--dropout, 1, ''"
        })
        void settingsAreInRange(String option, String value, String part) {
            refused(part, arguments(diffusion, option, value));
        }

        @Test
        void theTrainingApiHasALimitOfSize() {
            refused("use --engine plain", arguments(diffusion, "--engine", "ort", "--num-channels", 4096));
        }

        @Test
        void trainsInMixedPrecisionWhereThatIsDone() throws IOException {
            Path flags = Files.writeString(folder.resolve("flags.json"), "{\"use_fp16\": true}");
            refused("use --engine plain", arguments(diffusion, "--flags", flags, "--engine", "ort"));
            refused("classifiers have classifier_use_fp16", arguments(classifier, "--flags", flags));
            refused("use --engine plain", arguments(classifier, "--classifier-use-fp16", true, "--engine", "ort"));
        }

        @Test
        void computesBlocksAgainWithTheEngineThatCan() throws IOException {
            Path flags = Files.writeString(folder.resolve("flags.json"), "{\"use_checkpoint\": true}");
            refused(
                    "--use-checkpoint true): use --engine plain",
                    arguments(diffusion, "--flags", flags, "--engine", "ort"));
            refused("use --engine plain", arguments(classifier, "--use-checkpoint", true, "--engine", "ort"));
        }

        @Test
        void hasAPoolThatExists() {
            refused("classifier_pool", arguments(classifier, "--classifier-pool", "max"));
        }
    }

    @Test
    void stepsAtRateZeroAreWarnedOf() {
        String said = succeeding(arguments(diffusion, "--lr-anneal-steps", 2, "--steps", 3))
                .err();
        String warning =
                "Warning: the learning rate is 0 after step 2 (--lr-anneal-steps), so that the steps after it change"
                        + " nothing: give --steps 2, or a new run --lr-anneal-steps ";
        assertTrue(said.contains(warning + "3."), said);

        String resumed =
                succeeding("train", "diffusion", "--resume", run, "--steps", 4).err();
        assertTrue(resumed.contains(warning + "4."), resumed);
    }

    @Test
    void theTimeLimitSavesAndHasAnExitCodeOfItsOwn() {
        CommandLineRun end = CommandLineRun.of(arguments(diffusion, "--steps", 1_000_000, "--hours", 1e-9));

        assertEquals(4, end.exitCode(), end.err());
        assertTrue(end.out().contains("Resume with: harness train diffusion --resume " + run), end.out());
    }

    @Test
    void aRunIsNotReplacedAndResumesOnlyAsItBegan() {
        succeeding(diffusion);

        refused("already", arguments(diffusion, "--steps", 2));
        refused("--lr is fixed", "train", "diffusion", "--resume", run, "--steps", 2, "--lr", "0.1");
        TinyRun.data(data, 5, 3, 1);
        refused("not those", "train", "diffusion", "--resume", run, "--steps", 2);
        TinyRun.data(data, 5, 3);
        String finished =
                succeeding("train", "diffusion", "--resume", run, "--steps", 1).out();
        assertTrue(finished.contains("Step 1 saved"), finished);
        succeeding("train", "diffusion", "--resume", run, "--steps", 2, "--data", data);
    }
}
