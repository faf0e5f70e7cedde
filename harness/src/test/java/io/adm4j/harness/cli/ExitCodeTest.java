package io.adm4j.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What an exception becomes at the command line. */
class ExitCodeTest {
    private final StringWriter err = new StringWriter();

    @Test
    void aMistakeOfTheUserIsOneSentence() {
        assertEquals(2, run(new UserError("Give --data.")));
        assertEquals("Give --data.", err.toString().strip());
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalArgumentException.class, IllegalStateException.class, NullPointerException.class})
    void anyOtherExceptionIsAnInternalErrorWithATrace(Class<? extends RuntimeException> type) throws Exception {
        RuntimeException failure = type.getConstructor(String.class).newInstance("broken invariant");

        assertEquals(70, run(failure));

        assertTrue(err.toString().contains(type.getName() + ": broken invariant"), err.toString());
        assertTrue(err.toString().contains("\tat " + ExitCodeTest.class.getName()), err.toString());
        assertTrue(err.toString().contains("please report it"), err.toString());
    }

    private int run(RuntimeException failure) {
        CommandLine harness = Harness.commandLine();
        CommandLine failing = new CommandLine(new Failing(failure))
                .setExecutionExceptionHandler(harness.getExecutionExceptionHandler());
        return harness.addSubcommand("fail", failing)
                .setErr(new PrintWriter(err, true))
                .execute("fail");
    }

    @Command(name = "fail")
    private record Failing(RuntimeException failure) implements Runnable {
        @Override
        public void run() {
            throw failure;
        }
    }
}
