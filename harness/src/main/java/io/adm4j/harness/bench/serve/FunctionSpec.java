package io.adm4j.harness.bench.serve;

import io.adm4j.feedback.UserError;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A function to measure: one that runs already, or a jar to start.
 *
 * @param name for tables
 * @param address where it runs; empty for one to start
 * @param jar its quarkus-run.jar; empty for one that runs
 * @param options of the JVM that starts the jar
 */
public record FunctionSpec(String name, Optional<URI> address, Optional<Path> jar, List<String> options) {
    private static final Pattern NAMED = Pattern.compile("([^=/\\\\:]+)=(.*)", Pattern.DOTALL);
    private static final String OPTIONS = " -";

    /**
     * A jar to start, as {@code [NAME=]JAR[ -Doption ...]}.
     *
     * @param number of the function, the name of one without
     * @throws UserError if no jar is named
     */
    public static FunctionSpec ofJar(String text, int number) {
        Matcher named = NAMED.matcher(jarOf(text));
        String jar = named.matches() ? named.group(2) : jarOf(text);
        if (jar.isBlank()) {
            throw new UserError("--function names no jar: write it as [NAME=]JAR[ -Doption ...].");
        }
        List<String> options = Arrays.stream(
                        text.substring(jarOf(text).length()).strip().split("\\s+"))
                .filter(option -> !option.isEmpty())
                .toList();
        return new FunctionSpec(name(named, number), Optional.empty(), Optional.of(Path.of(jar.strip())), options);
    }

    /**
     * A function that runs already, as {@code [NAME=]URL}.
     *
     * @param number as above
     * @throws UserError if it is no address
     */
    public static FunctionSpec ofUrl(String text, int number) {
        Matcher named = NAMED.matcher(text);
        String url = named.matches() ? named.group(2) : text;
        try {
            URI address = URI.create(url);
            if (address.getHost() != null && List.of("http", "https").contains(address.getScheme())) {
                return new FunctionSpec(name(named, number), Optional.of(address), Optional.empty(), List.of());
            }
        } catch (IllegalArgumentException e) {
            // The same sentence serves what is no URI and what is none of a server.
        }
        throw new UserError("--url must be an address such as http://localhost:8080, not '" + url + "'.");
    }

    private static String jarOf(String text) {
        int options = text.indexOf(OPTIONS);
        return options < 0 ? text : text.substring(0, options);
    }

    private static String name(Matcher named, int number) {
        return named.matches() ? named.group(1).strip() : "function " + number;
    }
}
