package io.adm4j.function.start;

import io.adm4j.feedback.Quoted;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Says in one sentence, with the setting to change, why the function did not start. */
final class StartProblem {
    private static final Pattern VALUE = Pattern.compile(
            "The config property (\\S+) with the config value \"(.*)\" threw an Exception", Pattern.DOTALL);
    private static final Pattern MISSING = Pattern.compile("The config property (\\S+) is required");
    /** How Quarkus names where it cannot listen. */
    private static final Pattern ADDRESS = Pattern.compile("(\\S+):(\\d+)\\s*$");

    private StartProblem() {}

    /** The sentence; empty for a failure that no setting can cause. */
    static Optional<String> of(Throwable failure) {
        List<Throwable> causes =
                Stream.iterate(failure, t -> t != null, Throwable::getCause).toList();
        for (Throwable cause : causes) {
            if (cause instanceof ConfigValidationException invalid) {
                return Optional.of(invalid(invalid));
            }
            if (cause instanceof ConfigurationException) {
                return Optional.ofNullable(cause.getMessage());
            }
            if (cause instanceof BindException) {
                return Optional.of(taken(causes));
            }
        }
        return Optional.empty();
    }

    private static String invalid(ConfigValidationException problems) {
        return IntStream.range(0, problems.getProblemCount())
                .mapToObj(i -> invalid(problems.getProblem(i).getMessage()))
                .collect(Collectors.joining("\n"));
    }

    private static String invalid(String problem) {
        Matcher value = VALUE.matcher(problem);
        if (value.find()) {
            return value.group(1) + " must be " + expected(problem) + ", not " + Quoted.of(value.group(2)) + ": set "
                    + ways(value.group(1)) + " to one.";
        }
        Matcher missing = MISSING.matcher(problem);
        if (missing.find()) {
            return missing.group(1) + " has no value: set " + ways(missing.group(1)) + ".";
        }
        return "The settings do not work: " + problem;
    }

    private static String expected(String problem) {
        if (problem.contains("integer value") || problem.contains("long value")) {
            return "a whole number";
        }
        if (problem.contains("double value") || problem.contains("float value")) {
            return "a number";
        }
        if (problem.contains("boolean")) {
            return "true or false";
        }
        if (problem.contains("Duration") || problem.contains("DateTimeParse") || problem.contains("duration")) {
            return "a time such as 30S or 10M";
        }
        return "a value of its kind";
    }

    private static String taken(List<Throwable> causes) {
        List<String> messages = new ArrayList<>();
        causes.forEach(cause -> messages.add(String.valueOf(cause.getMessage())));
        boolean management = messages.stream().anyMatch(m -> m.contains("management interface"));
        String setting = management ? "quarkus.management.port" : "quarkus.http.port";
        String where = messages.stream()
                .map(ADDRESS::matcher)
                .filter(Matcher::find)
                .map(found -> "port " + found.group(2))
                .findFirst()
                .or(() -> causes.stream()
                        .filter(QuarkusBindException.class::isInstance)
                        .map(cause -> "port " + ((QuarkusBindException) cause).getPort())
                        .findFirst())
                .orElse("the port");
        return "The function cannot listen on " + where + ", which another program uses or this user may not open: set "
                + ways(setting) + " to a free one.";
    }

    private static String ways(String setting) {
        return setting.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + " or -D" + setting;
    }
}
