package io.adm4j.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingSessionTest {
    @ParameterizedTest
    @CsvSource({"Linux, amd64", "Linux, aarch64", "Windows 11, amd64"})
    void whereThereIsABuildWithTrainingTheMessageSaysHowToUseIt(String system, String processor) {
        String message = TrainingSession.missing(system, processor);

        assertTrue(message.contains("start through harness/bin/harness"), message);
    }

    @ParameterizedTest
    @CsvSource({"Mac OS X, aarch64", "Mac OS X, x86_64", "Windows 11, aarch64", "Linux, riscv64"})
    void elsewhereItSaysWhereToTrain(String system, String processor) {
        String message = TrainingSession.missing(system, processor);

        assertTrue(message.contains("no build with training for " + system + " on " + processor + ":"), message);
        assertTrue(message.endsWith("train on Linux (x86-64, arm64) or Windows (x86-64); all else works here too."));
    }

    /** The tests of this module run on the stock runtime. */
    @Test
    void theStockRuntimeDoesNotTrain() {
        assertFalse(TrainingSession.isAvailable());
    }
}
