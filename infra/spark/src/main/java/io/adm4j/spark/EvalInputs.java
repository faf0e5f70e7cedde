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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * What an evaluation reads, by the locations that its arguments name: on each machine they stand for files of that machine.
 *
 * @param shared what executors read too
 * @param own what only the driver reads
 * @param embedded bundle that is used where none is named
 */
record EvalInputs(
        List<SharedInput> shared,
        List<SharedInput> own,
        @Nullable SharedInput embedded) implements Serializable {
    EvalInputs {
        // Spark serializes them; other lists need not be serializable.
        shared = new ArrayList<>(shared);
        own = new ArrayList<>(own);
    }

    /**
     * Makes all that is read available to executors.
     *
     * @throws io.adm4j.feedback.UserError if something is not there
     */
    static EvalInputs of(EvalArguments arguments, JobContext context) {
        return new EvalInputs(
                arguments.locations().stream()
                        .map(location -> SharedInput.of(location, context))
                        .toList(),
                // What lies on the driver need not be sent.
                arguments.own().stream()
                        .filter(SharedInput::isAddress)
                        .map(location -> SharedInput.of(location, context))
                        .toList(),
                Files.isDirectory(EmbeddedBundle.folder())
                        ? SharedInput.of(EmbeddedBundle.folder().toString(), context)
                        : null);
    }

    /**
     * An evaluation on the driver.
     *
     * @throws io.adm4j.feedback.UserError if it lacks something that the arguments name
     */
    EvalCommand onDriver(List<String> arguments) {
        Map<String, Path> paths = paths(shared, SharedInput::onDriver);
        paths.putAll(paths(own, SharedInput::onDriver));
        useEmbedded(SharedInput::onDriver);
        return parsed(arguments, paths, new EvalCommand(), new PrintWriter(System.out, true, Charset.defaultCharset()));
    }

    /**
     * An evaluation on this executor.
     *
     * @throws io.adm4j.feedback.UserError if it lacks something that the arguments name
     */
    EvalCommand onExecutor(List<String> arguments) {
        useEmbedded(SharedInput::here);
        return parsed(
                arguments,
                paths(shared, SharedInput::here),
                new EvalCommand(new KeptNetworks()),
                new PrintWriter(Writer.nullWriter()));
    }

    private void useEmbedded(Function<SharedInput, Path> place) {
        if (embedded != null) {
            System.setProperty(EmbeddedBundle.PROPERTY, place.apply(embedded).toString());
        }
    }

    private static Map<String, Path> paths(List<SharedInput> inputs, Function<SharedInput, Path> place) {
        Map<String, Path> paths = new HashMap<>();
        inputs.forEach(input -> paths.put(input.location(), place.apply(input)));
        return paths;
    }

    private static EvalCommand parsed(
            List<String> arguments, Map<String, Path> paths, EvalCommand evaluation, PrintWriter out) {
        PathConverter plain = new PathConverter();
        CommandLine command = Harness.configure(new CommandLine(evaluation))
                .registerConverter(Path.class, text -> paths.containsKey(text) ? paths.get(text) : plain.convert(text))
                .setOut(out);
        command.parseArgs(arguments.toArray(String[]::new));
        return evaluation;
    }
}
