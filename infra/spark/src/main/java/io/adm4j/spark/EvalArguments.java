package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.option.BaselineOptions;
import io.adm4j.harness.cli.option.FeatureKeepingOptions;
import io.adm4j.harness.cli.option.ReportOptions;
import io.adm4j.harness.cli.option.SharedWorkOptions;
import io.adm4j.harness.report.ReportWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The arguments of an evaluation on a cluster, told apart.
 *
 * @param features those that decide the features, for executors
 * @param report those of the report too, for the driver; without --out
 * @param settings name to value of what decides the features, but not how fast
 * @param locations that the executors' arguments name
 * @param own locations that only the driver's name
 * @param out of the report
 * @param work folder for the parts
 */
record EvalArguments(
        List<String> features,
        List<String> report,
        Map<String, String> settings,
        Set<String> locations,
        Set<String> own,
        String out,
        String work) {
    private static final String OUT = "--out";
    private static final String WORK = "--work";

    /** What a job decides by itself. */
    private static final Set<String> JOB = Set.of("--parts", "--group-size", OUT, WORK);

    /** The driver joins the parts on its own processor. */
    private static final Set<String> EXECUTORS = Set.of("--device");

    /** Options that decide no feature. */
    private static final Set<String> SPEED = Set.of("--device", "--threads");

    /**
     * The arguments that a job was given.
     *
     * @throws UserError if one has no meaning on a cluster, or there is no folder for the report
     */
    static EvalArguments of(ParseResult given) {
        names(new SharedWorkOptions())
                .filter(given::hasMatchedOption)
                .findFirst()
                .ifPresent(name -> {
                    throw new UserError(
                            name + " is for processes that share the work by themselves: leave it out, as the cluster"
                                    + " divides the work, or use 'harness eval'.");
                });
        if (given.hasMatchedOption("--samples-out")) {
            throw new UserError(
                    "--samples-out is for one machine: sample into a folder with the job 'sample', or leave it"
                            + " out.");
        }
        if (!given.hasMatchedOption(OUT)) {
            throw new UserError(
                    "Name the folder of the report with --out: it also keeps the parts until all are done.");
        }
        Set<String> ofReport = new HashSet<>(Set.of("--memorization"));
        Stream.of(new BaselineOptions(), new ReportOptions(), new FeatureKeepingOptions())
                .flatMap(EvalArguments::names)
                .forEach(ofReport::add);
        Set<String> outputs = Set.of("--cache", OUT, WORK);
        String out = value(given, OUT).orElseThrow();
        EvalArguments arguments = new EvalArguments(
                new ArrayList<>(),
                new ArrayList<>(),
                new LinkedHashMap<>(),
                new LinkedHashSet<>(),
                new LinkedHashSet<>(),
                out,
                value(given, WORK).orElse(ReportWriter.isJson(Path.of(out)) ? out + ".parts" : out + "/parts"));
        for (ArgSpec arg : given.matchedArgs()) {
            String name = arg instanceof OptionSpec option ? option.longestName() : "samples";
            if (JOB.contains(name)) {
                continue;
            }
            boolean decides = !ofReport.contains(name);
            if (arg.auxiliaryTypes()[0] == Path.class && !outputs.contains(name)) {
                Set<String> named = decides ? arguments.locations : arguments.own;
                arg.originalStringValues().stream()
                        // Images and the file of their labels.
                        .flatMap(value -> arg.typeInfo().isMap() ? Stream.of(value.split("=", 2)) : Stream.of(value))
                        .forEach(named::add);
            }
            List<String> words = words(arg);
            if (!EXECUTORS.contains(name)) {
                arguments.report.addAll(words);
            }
            if (decides) {
                arguments.features.addAll(words);
                if (!SPEED.contains(name)) {
                    arguments.settings.put(name, String.join(" ", arg.originalStringValues()));
                }
            }
        }
        return arguments;
    }

    private static Stream<String> names(Object options) {
        return CommandSpec.forAnnotatedObject(options).options().stream().map(OptionSpec::longestName);
    }

    private static Optional<String> value(ParseResult given, String name) {
        return Optional.ofNullable(given.matchedOption(name))
                .map(option -> option.originalStringValues().get(0));
    }

    private static List<String> words(ArgSpec arg) {
        if (!(arg instanceof OptionSpec option)) {
            return arg.originalStringValues();
        }
        return option.arity().max() == 0
                ? List.of(option.longestName())
                : option.originalStringValues().stream()
                        .map(value -> option.longestName() + "=" + value)
                        .toList();
    }
}
