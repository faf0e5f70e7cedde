package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.cli.Harness;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one call of the command line did, in this process.
 *
 * @param exitCode as the shell would see it
 */
public record CommandLineRun(int exitCode, String out, String err) {

    public static CommandLineRun of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Harness.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new CommandLineRun(exitCode, out.toString(), err.toString());
    }

    /** A call that must go well. */
    public static CommandLineRun succeeding(Object... arguments) {
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

    /** Arguments of a call, put together from lists and single ones; an option given again replaces the one before. */
    public static Object[] arguments(Object... parts) {
        List<Object> all = new ArrayList<>();
        Stream<Object> flat =
                Arrays.stream(parts).flatMap(p -> p instanceof Object[] list ? Arrays.stream(list) : Stream.of(p));
        flat.forEach(argument -> {
            int before = argument.toString().startsWith("--") ? all.indexOf(argument) : -1;
            if (before >= 0) {
                // The option and its value.
                all.subList(before, before + 2).clear();
            }
            all.add(argument);
        });
        return all.toArray();
    }
}
