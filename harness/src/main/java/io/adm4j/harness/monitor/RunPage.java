package io.adm4j.harness.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.report.TrainingReport;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.StepTimes;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingLoop;
import io.adm4j.harness.training.TrainingStart;
import io.adm4j.harness.training.log.StepValues;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code run.html} anew with each checkpoint: curves, scores, sample grids, times, settings and how to continue. A page that
 * cannot be written is a warning.
 */
public final class RunPage implements TrainingListener {
    private final RunFolder run;
    private final Path log;
    private final Path previews;
    private final Map<String, String> machine;
    private final Consumer<String> warnings;
    private final History history = new History();
    private StepTimes spent = StepTimes.NONE;
    private @Nullable TrainingStart start;
    private @Nullable StepReport newest;

    /**
     * @param log JSON lines of the steps before
     * @param previews folder of sample grids; need not exist
     * @param machine what trains, name to value
     */
    public RunPage(RunFolder run, Path log, Path previews, Map<String, String> machine, Consumer<String> warnings) {
        this.run = run;
        this.log = log;
        this.previews = previews;
        this.machine = new LinkedHashMap<>(machine);
        this.warnings = warnings;
    }

    @Override
    public void started(TrainingStart begin) {
        start = begin;
        try {
            readLog(begin.step());
        } catch (IOException e) {
            warnings.accept("The curves of " + run.path() + " begin here: " + log + " could not be read.");
        }
    }

    private void readLog(long last) throws IOException {
        if (!Files.exists(log)) {
            return;
        }
        ObjectMapper mapper = new ObjectMapper();
        try (BufferedReader lines = Files.newBufferedReader(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode json = mapper.readTree(line);
                Map<String, Double> values = new LinkedHashMap<>();
                json.properties().forEach(value -> {
                    if (value.getValue().isNumber()) {
                        values.put(value.getKey(), value.getValue().asDouble());
                    }
                });
                if (json.path("step").asLong() <= last) {
                    history.add(json.path("step").asLong(), values);
                }
            }
        }
    }

    @Override
    public void step(StepReport report) {
        Map<String, Double> values = new LinkedHashMap<>();
        StepValues.of(report).forEach((name, value) -> {
            if (Double.isFinite(value.doubleValue())) {
                values.put(name, value.doubleValue());
            }
        });
        history.add(report.step(), values);
        spent = spent.plus(report.times());
        newest = report;
    }

    @Override
    public void saved(RunFolder.Checkpoint checkpoint) {
        try {
            page(checkpoint).write(run.path().resolve("run.html"));
        } catch (UserError | UncheckedIOException e) {
            warnings.accept("No page of step " + checkpoint.step() + ": " + e.getMessage());
        }
    }

    private TrainingReport page(RunFolder.Checkpoint checkpoint) {
        JsonNode description = run.description();
        return new TrainingReport(
                "Training run " + run.path().toAbsolutePath().normalize().getFileName(),
                standing(checkpoint, description),
                numbers(checkpoint),
                charts(),
                grids(checkpoint.step()),
                parts(checkpoint),
                commands(checkpoint, description),
                settings(description),
                machine);
    }

    private String standing(RunFolder.Checkpoint checkpoint, JsonNode description) {
        long steps = begin().steps();
        String goal = checkpoint.step() < steps ? "is being trained" : "is trained";
        return String.format(
                Locale.ROOT,
                "A network of 'train %s' that %s on %,d images: step %,d of %,d is saved.",
                description.path("kind").asText(),
                goal,
                description.path("data").path("pictures").asLong(),
                checkpoint.step(),
                steps);
    }

    private TrainingStart begin() {
        if (start == null) {
            throw new IllegalStateException("Training has not started.");
        }
        return start;
    }

    private Map<String, String> numbers(RunFolder.Checkpoint checkpoint) {
        Map<String, String> numbers = new LinkedHashMap<>();
        numbers.put("Progress", Math.round(100.0 * checkpoint.step() / begin().steps()) + " %");
        if (newest != null) {
            numbers.put("Images seen", String.format(Locale.ROOT, "%,d", newest.images()));
            double steps = newest.step() - begin().step();
            numbers.put(
                    "Images a second",
                    String.format(
                            Locale.ROOT, "%.1f", steps * begin().batchSize() / (newest.seconds() - begin().seconds())));
            numbers.put(
                    "Waiting for data", String.format(Locale.ROOT, "%.1f %%", 100 * spent.dataWait() / spent.sum()));
        }
        run.best()
                .ifPresent(best -> numbers.put(
                        String.format(
                                Locale.ROOT,
                                "Best %s, step %,d",
                                Metric.ofKey(best.metric()).title(),
                                best.step()),
                        String.format(Locale.ROOT, "%.4g", best.value())));
        numbers.put("Time", time(Math.round(checkpoint.seconds())));
        return numbers;
    }

    private static String time(long seconds) {
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    private List<TrainingReport.Chart> charts() {
        List<TrainingReport.Chart> charts = new ArrayList<>();
        List<String> metrics = begin().metricNames();
        charts.addAll(scores());
        charts.add(chart("Loss", "mean over the batch", true, List.of(metrics.get(0))));
        String loss = metrics.get(0) + "_q";
        charts.add(chart(
                "Loss by quartile of t",
                "q0 has the least noise, q3 the most",
                true,
                begin().quartileNames().stream().filter(n -> n.startsWith(loss)).toList()));
        List<String> validation = metrics.stream()
                .map(name -> "val_" + name)
                .filter(begin().quartileNames()::contains)
                .toList();
        if (!validation.isEmpty()) {
            charts.add(chart("Validation", "images that the network is not trained on", true, validation));
        }
        charts.add(chart("Gradient norm", "L2, over all parameters", true, List.of("grad_norm")));
        charts.add(chart("Learning rate", "of each step", false, List.of("lr")));
        List<String> others = metrics.stream()
                .skip(1)
                .filter(name -> !name.equals(TrainingLoop.LG_LOSS_SCALE))
                .toList();
        if (!others.isEmpty()) {
            charts.add(chart("Terms and metrics", "means over the batch", true, others));
        }
        if (metrics.contains(TrainingLoop.LG_LOSS_SCALE)) {
            charts.add(chart(
                    "Loss scale",
                    "its base-2 logarithm, in mixed precision",
                    false,
                    List.of(TrainingLoop.LG_LOSS_SCALE)));
        }
        charts.add(chart("Parameter norm", "L2", false, List.of("param_norm")));
        return charts;
    }

    /** Curves of the scores that can be compared with the newest ones. */
    private List<TrainingReport.Chart> scores() {
        List<ScoreHistory.Evaluated> newest = comparable();
        if (newest.isEmpty()) {
            return List.of();
        }
        // Checksums of network and reference are for programs.
        String how = "of " + newest.get(0).how().replaceFirst(", features .*", "");
        List<TrainingReport.Chart> charts = new ArrayList<>();
        for (Metric metric :
                List.of(Metric.FID, Metric.SFID, Metric.FID_INFINITY, Metric.KID, Metric.INCEPTION_SCORE)) {
            charts.add(new TrainingReport.Chart(
                    metric.title(), how, metric.lowerIsBetter(), List.of(curve(newest, metric))));
        }
        charts.add(new TrainingReport.Chart(
                "Fidelity and diversity",
                how,
                false,
                List.of(
                        curve(newest, Metric.PRECISION),
                        curve(newest, Metric.RECALL),
                        curve(newest, Metric.DENSITY),
                        curve(newest, Metric.COVERAGE))));
        return charts;
    }

    private static TrainingReport.Curve curve(List<ScoreHistory.Evaluated> evaluations, Metric metric) {
        List<ScoreHistory.Evaluated> known =
                evaluations.stream().filter(e -> e.scores().containsKey(metric)).toList();
        return new TrainingReport.Curve(
                metric.title(),
                known.stream().mapToDouble(ScoreHistory.Evaluated::step).toArray(),
                known.stream().mapToDouble(e -> e.value(metric)).toArray());
    }

    private List<ScoreHistory.Evaluated> comparable() {
        List<ScoreHistory.Evaluated> all =
                ScoreHistory.read(run.path(), Long.MAX_VALUE).all();
        return all.stream()
                .filter(e -> e.how().equals(all.get(all.size() - 1).how()))
                .toList();
    }

    private TrainingReport.Chart chart(String heading, String below, boolean logarithmic, List<String> names) {
        return new TrainingReport.Chart(
                heading, below, logarithmic, names.stream().map(history::curve).toList());
    }

    private List<TrainingReport.Grid> grids(long last) {
        List<TrainingReport.Grid> grids = new ArrayList<>();
        if (!Files.isDirectory(previews)) {
            return grids;
        }
        try (Stream<Path> files = Files.list(previews)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.matches("step-\\d{8,18}\\.png")) {
                    long step = Long.parseLong(name.substring(5, name.length() - 4));
                    if (step <= last) {
                        grids.add(new TrainingReport.Grid(step, Files.readAllBytes(file)));
                    }
                }
            }
            return grids;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Double> parts(RunFolder.Checkpoint checkpoint) {
        Map<String, Double> parts = new LinkedHashMap<>();
        double steps = Math.max(1, checkpoint.step() - begin().step());
        parts.put("Waiting for data", spent.dataWait() / steps);
        parts.put("Preparation", spent.preparation() / steps);
        parts.put("Forward and backward", spent.forwardBackward() / steps);
        parts.put("Optimizer and averages", spent.optimizer() / steps);
        parts.put("Saving", spent.saving() / steps);
        return parts;
    }

    private Map<String, String> commands(RunFolder.Checkpoint checkpoint, JsonNode description) {
        String kind = description.path("kind").asText();
        String path = quoted(run.path().toString());
        Map<String, String> commands = new LinkedHashMap<>();
        commands.put(
                "Resume it",
                "harness train " + kind + " --resume " + path + " --steps "
                        + (checkpoint.step() < begin().steps() ? begin().steps() : "N"));
        if (kind.equals("diffusion")) {
            commands.put("Make a bundle", "harness export --denoiser " + path + " --out BUNDLE");
            commands.put("Sample from it", "harness sample --bundle BUNDLE --num-samples 16 --out samples");
        }
        commands.put(
                "Start another from it",
                "harness train " + kind + " --init-from " + path + " --data DATA --out NEW --steps N");
        return commands;
    }

    private static String quoted(String path) {
        return path.matches("[\\w./+-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    }

    private static Map<String, String> settings(JsonNode description) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> commands = new ArrayList<>();
        description.path("commands").forEach(command -> commands.add(command.asText()));
        settings.put("command", String.join("\n", commands));
        for (String part : List.of("training", "flags", "data", "init_from")) {
            description.path(part).properties().forEach(value -> {
                JsonNode node = value.getValue();
                settings.put(
                        part.equals("training") || part.equals("flags") ? value.getKey() : part + " " + value.getKey(),
                        node.isValueNode() ? node.asText() : node.toString());
            });
        }
        return settings;
    }
}
