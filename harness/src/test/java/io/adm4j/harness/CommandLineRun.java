package io.adm4j.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/**
 * What one call of the command line did, in this process.
 *
 * @param exitCode as the shell would see it
 */
record CommandLineRun(int exitCode, String out, String err) {

    static CommandLineRun of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Harness.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new CommandLineRun(exitCode, out.toString(), err.toString());
    }

    /** A call that must go well. */
    static CommandLineRun succeeding(Object... arguments) {
        CommandLineRun run = of(arguments);
        assertEquals(0, run.exitCode, run.err);
        return run;
    }

    /** A call that must be refused with one sentence that has this part. */
    static void refused(String part, Object... arguments) {
        CommandLineRun run = of(arguments);
        String message = run.err.strip();
        assertEquals(2, run.exitCode, message);
        assertTrue(message.contains(part), message);
        assertFalse(message.contains("\n"), message);
        assertTrue(message.endsWith("."), message);
    }

    /** Arguments of a call, put together from parts that are themselves lists or single arguments. */
    static Object[] arguments(Object... parts) {
        return Arrays.stream(parts)
                .flatMap(p -> p instanceof Object[] list ? Arrays.stream(list) : java.util.stream.Stream.of(p))
                .toArray();
    }
}
