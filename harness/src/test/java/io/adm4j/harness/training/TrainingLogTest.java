package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLogTest {
    private static final String HEADER = "step,lr,loss,mse,seconds";
    private static final List<String> METRICS = List.of("loss", "mse");

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void setFile() {
        file = folder.resolve("log.csv");
    }

    @Test
    void aNewLogHasAHeaderAndALineForEachStep() throws IOException {
        try (TrainingLog log = TrainingLog.open(file, METRICS, 0)) {
            assertEquals(List.of(HEADER), Files.readAllLines(file));
            log.add(1, 0.001, new double[] {0.5, 0.25}, 1.23456);
            assertEquals(List.of(HEADER, "1,0.001,0.5,0.25,1.235"), Files.readAllLines(file), "flushed at once");
            log.add(2, 5e-4, new double[] {Double.NaN, 2}, 2);
        }
        assertEquals(List.of(HEADER, "1,0.001,0.5,0.25,1.235", "2,5.0E-4,NaN,2.0,2.000"), Files.readAllLines(file));
    }

    @Test
    void aResumedLogLosesLinesOfLaterSteps() throws IOException {
        Files.write(file, List.of(HEADER, "1,a", "2,b", "3,c", "4,cut off"));

        try (TrainingLog log = TrainingLog.open(file, METRICS, 2)) {
            log.add(3, 1, new double[] {1, 1}, 1);
        }

        assertEquals(List.of(HEADER, "1,a", "2,b", "3,1.0,1.0,1.0,1.000"), Files.readAllLines(file));
    }

    @Test
    void aNewRunBeginsANewLog() throws IOException {
        Files.write(file, List.of(HEADER, "1,a", "2,b"));

        TrainingLog.open(file, METRICS, 0).close();

        assertEquals(List.of(HEADER), Files.readAllLines(file));
    }

    @Test
    void aLostLogBeginsWithItsHeader() throws IOException {
        Files.writeString(file, "no number,\n,\n12");

        TrainingLog.open(file, METRICS, 100).close();

        assertEquals(List.of(HEADER), Files.readAllLines(file));
    }

    @Test
    void whatCannotBeWrittenIsTheUsersToChange() throws IOException {
        Files.createDirectories(file);

        UserError e = assertThrows(UserError.class, () -> TrainingLog.open(file, METRICS, 0));

        assertTrue(e.getMessage().startsWith("Cannot write " + file), e.getMessage());
    }

    @Test
    void aClosedLogTakesNoLines() {
        TrainingLog log = TrainingLog.open(file, METRICS, 0);
        log.close();

        assertThrows(UserError.class, () -> log.add(1, 1, new double[] {1, 1}, 1));
    }
}
