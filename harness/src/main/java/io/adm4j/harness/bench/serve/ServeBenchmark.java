package io.adm4j.harness.bench.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bench.Timing;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Functions measured in turns on one machine.
 *
 * @param functions in the order that was given; rates are compared with the first
 * @param loadBefore average number of processes that wanted a processor in the minute before; negative if unknown
 * @param loadAfter the same in the last minute
 */
public record ServeBenchmark(
        ServeBenchSettings settings, List<FunctionTimes> functions, double loadBefore, double loadAfter) {

    /**
     * Measures all functions, which all run at the same time but answer in turns.
     *
     * @param tolerance levels by which a pixel may differ from the image that the same seed gave alone
     * @param bundle folder of the bundle for those that are started
     * @param logs folder for the output of those that are started
     * @throws UserError if a function does not start, or refuses a request
     * @throws WrongImageException if a function answers with a wrong image
     */
    public static ServeBenchmark run(
            ServeBenchSettings settings,
            List<FunctionSpec> functions,
            int tolerance,
            Path bundle,
            Path logs,
            ProgressListener listener) {
        double before = load();
        List<RunningFunction> running = new ArrayList<>();
        try (Progress progress =
                listener.start("Measuring", (long) functions.size() * (settings.rounds() + 2), "parts")) {
            for (int i = 0; i < functions.size(); i++) {
                progress.message(functions.get(i).name() + " starts");
                running.add(RunningFunction.open(
                        functions.get(i), bundle, logs.resolve("function-" + (i + 1) + ".log"), settings));
            }
            return new ServeBenchmark(settings, measured(running, settings, tolerance, progress), before, load());
        } finally {
            running.forEach(RunningFunction::close);
        }
    }

    private static List<FunctionTimes> measured(
            List<RunningFunction> running, ServeBenchSettings settings, int tolerance, Progress progress) {
        List<ImageCheck> checks = new ArrayList<>();
        for (RunningFunction function : running) {
            progress.message(function.name() + " alone");
            checks.add(function.alone(tolerance));
            progress.step(1);
        }
        List<List<Round>> rounds = new ArrayList<>();
        running.forEach(function -> rounds.add(new ArrayList<>()));
        for (int r = 0; r < settings.rounds(); r++) {
            for (int i = 0; i < running.size(); i++) {
                progress.message(running.get(i).name() + " with " + settings.clients() + " clients");
                rounds.get(i).add(running.get(i).round(checks.get(i)));
                progress.step(1);
            }
        }
        List<FunctionTimes> times = new ArrayList<>();
        for (int i = 0; i < running.size(); i++) {
            RunningFunction function = running.get(i);
            progress.message(function.name() + " with a large request");
            times.add(new FunctionTimes(
                    function.name(),
                    List.copyOf(rounds.get(i)),
                    function.smallAlone(),
                    function.smallBesideLarge()
                            .orElseThrow(() -> new UserError(function.name()
                                    + " was done with the large request before a small one: give more --large-count or"
                                    + " --large-steps.")),
                    checks.get(i).equal(),
                    checks.get(i).largestDifference(),
                    function.residentBytes()));
            progress.step(1);
        }
        return List.copyOf(times);
    }

    /** A table in Markdown, and a line on how it was measured. */
    public String table() {
        StringBuilder text = new StringBuilder(String.format(
                "| | images/s | ratio | p50 s | p99 s | small alone s | beside large s | slowest s | ratio | memory MB |%n"
                        + "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |%n"));
        for (FunctionTimes f : functions) {
            Timing answers = f.answers();
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.2f | %.2f | %.3f | %.3f | %.3f | %s%.1f | %s |%n",
                    f.name(),
                    f.rate(),
                    f.rate() / functions.get(0).rate(),
                    answers.percentile(0.5),
                    answers.percentile(0.99),
                    f.alone().median(),
                    f.beside().median(),
                    f.beside().percentile(1),
                    gaveUp(f) ? "over " : "",
                    f.slowdown(),
                    f.residentBytes().isPresent() ? f.residentBytes().getAsLong() / 1_000_000 : "-"));
        }
        text.append(String.format(
                Locale.ROOT,
                "%n%d clients, %d images of %d steps in each of %d rounds in turns; small: 1 image of %d steps, median of"
                        + " %d; large: %d images of %d steps (ddpm). Load average %.1f before, %.1f after.%n",
                settings.clients(),
                settings.images(),
                settings.steps(),
                settings.rounds(),
                settings.smallSteps(),
                settings.repeats(),
                settings.largeCount(),
                settings.largeSteps(),
                loadBefore,
                loadAfter));
        for (FunctionTimes f : functions) {
            int all = settings.images() * settings.rounds();
            text.append(String.format(
                    "%s: %d of %d images equal to those that the same seeds gave alone%s%n",
                    f.name(),
                    f.equalImages(),
                    all,
                    f.equalImages() == all
                            ? ""
                            : ", pixels of the others differ by up to " + f.largestDifference() + " of 255 levels"));
        }
        return text.toString();
    }

    /** Whether a small request took longer than the patience. */
    private boolean gaveUp(FunctionTimes f) {
        return f.beside().percentile(1) >= settings.patience().toNanos() / 1e9;
    }

    /** The values of the table and all times as JSON, in seconds. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("tool", "adm4j")
                .put("clients", settings.clients())
                .put("images", settings.images())
                .put("steps", settings.steps())
                .put("small_steps", settings.smallSteps())
                .put("large_count", settings.largeCount())
                .put("large_steps", settings.largeSteps())
                .put("patience", settings.patience().toSeconds())
                .put("load_before", loadBefore)
                .put("load_after", loadAfter);
        functions.forEach(f -> add(f, json.withArray("functions").addObject()));
        return json;
    }

    private void add(FunctionTimes f, ObjectNode one) {
        Timing answers = f.answers();
        one.put("name", f.name())
                .put("images_per_second", f.rate())
                .put("p50", answers.percentile(0.5))
                .put("p99", answers.percentile(0.99))
                .put("small_alone", f.alone().median())
                .put("small_beside_large", f.beside().median())
                .put("slowdown", f.slowdown())
                .put("gave_up", gaveUp(f))
                .put("equal_images", f.equalImages())
                .put("largest_difference", f.largestDifference());
        f.residentBytes().ifPresent(bytes -> one.put("resident_bytes", bytes));
        for (Round round : f.rounds()) {
            ObjectNode node = one.withArray("rounds").addObject().put("seconds", round.seconds());
            Arrays.stream(round.answers().seconds()).forEach(node.putArray("answers")::add);
        }
        Arrays.stream(f.alone().seconds()).forEach(one.putArray("small_alone_seconds")::add);
        Arrays.stream(f.beside().seconds()).forEach(one.putArray("small_beside_large_seconds")::add);
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
