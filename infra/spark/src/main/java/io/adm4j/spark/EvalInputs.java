package io.adm4j.spark;

import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.cli.Harness;
import io.adm4j.harness.cli.command.EvalCommand;
import io.adm4j.harness.cli.option.PathConverter;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;

/**
 * What an evaluation reads, by the locations that its arguments name: on each machine they stand for files of that machine.
 *
 * @param byLocation what the arguments name, as they name it
 */
record EvalInputs(Map<String, SharedInput> byLocation) implements Serializable {
    private static final String EMBEDDED = "adm4j.embedded";

    /**
     * Makes all that is read available to executors.
     *
     * @param locations that executors read, as the arguments name them
     * @param own locations that only the driver reads
     * @throws io.adm4j.feedback.UserError if something is not there
     */
    static EvalInputs of(Set<String> locations, Set<String> own, JobContext context) {
        Map<String, SharedInput> inputs = new HashMap<>();
        locations.forEach(location -> inputs.put(location, SharedInput.of(location, context)));
        // What lies on the driver need not be sent.
        own.stream()
                .filter(location -> SharedInput.isAddress(location))
                .forEach(location -> inputs.put(location, SharedInput.of(location, context)));
        if (Files.isDirectory(EmbeddedBundle.folder())) {
            inputs.put(EMBEDDED, SharedInput.of(EmbeddedBundle.folder().toString(), context));
        }
        return new EvalInputs(inputs);
    }

    /** An evaluation on the driver. */
    EvalCommand onDriver(List<String> arguments) {
        return parsed(arguments, SharedInput::onDriver, new PrintWriter(System.out, true, Charset.defaultCharset()));
    }

    /**
     * An evaluation on this executor.
     *
     * @throws io.adm4j.feedback.UserError if it lacks something that the arguments name
     */
    EvalCommand onExecutor(List<String> arguments) {
        SharedInput embedded = byLocation.get(EMBEDDED);
        if (embedded != null) {
            System.setProperty(EMBEDDED, embedded.here().toString());
        }
        return parsed(arguments, SharedInput::here, new PrintWriter(Writer.nullWriter()));
    }

    private EvalCommand parsed(List<String> arguments, Function<SharedInput, Path> place, PrintWriter out) {
        PathConverter plain = new PathConverter();
        CommandLine command = Harness.configure(new CommandLine(new EvalCommand()))
                .registerConverter(Path.class, text -> {
                    SharedInput input = byLocation.get(text);
                    return input == null ? plain.convert(text) : place.apply(input);
                })
                .setOut(out);
        command.parseArgs(arguments.toArray(String[]::new));
        return command.getCommand();
    }
}
