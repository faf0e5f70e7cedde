package io.adm4j.harness.training.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.training.StepReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLogTest {
    private static final String HEADER =
            "step,lr,loss,mse,seconds,loss_q0,loss_q1,grad_norm,param_norm,samples,data_wait,preparation,forward_backward,optimizer,saving";
    private static final String PARTS = "0.250,0.500,1.000,2.000,4.000";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void setFile() {
        file = folder.resolve("log.csv");
    }

    @Test
    void aNewLogHasAHeaderAndALineForEachStep() throws IOException {
        TrainingLog log = started(0);
        assertEquals(List.of(HEADER), Files.readAllLines(file));

        log.step(Reports.step(1, 0.001, 0.5, 0.25, 1.23456));
        String first = "1,0.001,0.5,0.25,1.235,,0.5,3.0,7.0,4," + PARTS;
        assertEquals(List.of(HEADER, first), Files.readAllLines(file), "flushed at once, empty without images");

        log.step(Reports.step(2, 5e-4, Double.NaN, 2, 2));
        log.ended();
        assertEquals(
                List.of(HEADER, first, "2,5.0E-4,NaN,2.0,2.000,,NaN,3.0,7.0,8," + PARTS), Files.readAllLines(file));
    }

    @Test
    void aResumedLogLosesLinesOfLaterSteps() throws IOException {
        Files.write(file, List.of("step,lr,loss,mse,seconds", "1,a", "2,b", "3,c", "4,cut off"));

        TrainingLog log = started(2);
        log.step(Reports.step(3, 1, 1, 1, 1));
        log.ended();

        assertEquals(
                List.of(HEADER, "1,a", "2,b", "3,1.0,1.0,1.0,1.000,,1.0,3.0,7.0,12," + PARTS),
                Files.readAllLines(file));
    }

    @Test
    void aNewRunBeginsANewLog() throws IOException {
        Files.write(file, List.of(HEADER, "1,a", "2,b"));

        started(0).ended();

        assertEquals(List.of(HEADER), Files.readAllLines(file));
    }

    @Test
    void aLostLogBeginsWithItsHeader() throws IOException {
        Files.writeString(file, "no number,\n,\n12");

        started(100).ended();

        assertEquals(List.of(HEADER), Files.readAllLines(file));
    }

    @Test
    void whatCannotBeWrittenIsTheUsersToChange() throws IOException {
        Files.createDirectories(file);
        TrainingLog log = new TrainingLog(file);

        UserError e = assertThrows(UserError.class, () -> log.started(Reports.start(0)));

        assertTrue(e.getMessage().startsWith("Cannot write " + file), e.getMessage());
        log.ended();
    }

    @Test
    void aClosedLogTakesNoLines() {
        TrainingLog log = started(0);
        log.ended();
        StepReport report = Reports.step(1, 1, 1, 1, 1);

        assertThrows(UserError.class, () -> log.step(report));
    }

    private TrainingLog started(long step) {
        TrainingLog log = new TrainingLog(file);
        log.started(Reports.start(step));
        return log;
    }
}
