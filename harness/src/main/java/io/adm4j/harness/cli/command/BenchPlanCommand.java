package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bench.NeighborPlan;
import io.adm4j.harness.bench.ScalePlan;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.TimesOption;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Predicts what many images take on many workers. */
@Command(
        name = "plan",
        description =
                "Predicts what sampling and scoring many images take on many workers that share the work by --part: time, losses"
                        + " by failures, and bytes. It measures nothing; the times of a step come from 'harness bench' on one worker.")
final class BenchPlanCommand implements Runnable {
    private static final double HOUR = 3600;
    private static final double DAY = 24 * HOUR;
    private static final double YEAR = 365.25 * DAY;

    @Option(
            names = "--step-seconds",
            paramLabel = "S",
            required = true,
            converter = Range.Positive.class,
            description =
                    "Seconds that one worker takes for one step of one image: those of a batch divided by its size.")
    private double stepSeconds;

    @Option(
            names = "--steps",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "250",
            description = "Steps of an image (default ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--images",
            paramLabel = "N",
            split = ",",
            converter = Range.LongAtLeastOne.class,
            defaultValue = "50000,50000000",
            description = "Images, one or several numbers (default ${DEFAULT-VALUE}).")
    private List<Long> images;

    @Option(
            names = "--workers",
            paramLabel = "N",
            split = ",",
            converter = Range.AtLeastOne.class,
            defaultValue = "1,8,256",
            description = "GPUs or machines at once, one or several numbers (default ${DEFAULT-VALUE}).")
    private List<Integer> workers;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "16",
            description = "Images sampled at once and kept together (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--start-seconds",
            paramLabel = "S",
            converter = Range.NonNegative.class,
            defaultValue = "60",
            description =
                    "Seconds until a process samples, its image being pulled included (default ${DEFAULT-VALUE}).")
    private double startSeconds;

    @Option(
            names = "--failures",
            paramLabel = "RATE",
            converter = Range.NonNegative.class,
            defaultValue = "0.01",
            description =
                    "How often a worker is lost in an hour, on average; each costs half a batch and a start (default"
                            + " ${DEFAULT-VALUE}).")
    private double failures;

    @Option(
            names = "--image-bytes",
            paramLabel = "N",
            converter = Range.LongAtLeastOne.class,
            defaultValue = "196616",
            description = "Bytes of an image and its label as they are kept (default ${DEFAULT-VALUE}: 256x256 RGB).")
    private long imageBytes;

    @Option(
            names = "--bandwidth",
            paramLabel = "MB",
            converter = Range.Positive.class,
            defaultValue = "500",
            description = "Megabytes a second of the storage that all workers share (default ${DEFAULT-VALUE}).")
    private double bandwidth;

    @ArgGroup(validate = false, heading = Section.METRICS)
    private Scoring scoring = new Scoring();

    @Mixin
    private TimesOption times;

    @Spec
    private CommandSpec spec;

    private static final class Scoring {
        @Option(
                names = "--reference",
                paramLabel = "N",
                converter = Range.AtLeastOne.class,
                defaultValue = "10000",
                description = "Reference images of precision and recall (default ${DEFAULT-VALUE}).")
        private int reference;

        @Option(
                names = "--pairs-per-second",
                paramLabel = "N",
                converter = Range.Positive.class,
                defaultValue = "43e6",
                description =
                        "Distances that a worker computes in a second: 'harness bench metrics --measure neighbours' (default"
                                + " ${DEFAULT-VALUE}, two processor cores).")
        private double pairsPerSecond;

        @Option(
                names = "--block-rows",
                paramLabel = "N",
                converter = Range.AtLeastOne.class,
                defaultValue = "100000",
                description = "Images whose features a worker holds at once (default ${DEFAULT-VALUE}).")
        private int blockRows;

        @Option(
                names = "--row-bytes",
                paramLabel = "N",
                converter = Range.LongAtLeastOne.class,
                defaultValue = "8192",
                description = "Bytes of an image's features (default ${DEFAULT-VALUE}: 2,048 float32 values).")
        private long rowBytes;
    }

    @Override
    public void run() {
        times.check();
        ScalePlan plan =
                new ScalePlan(stepSeconds, steps, batchSize, startSeconds, failures, imageBytes, bandwidth * 1e6);
        if (plan.lostShare() >= 1) {
            throw new UserError("With --failures " + failures
                    + " a worker is lost before it finishes a batch: give a smaller --batch-size.");
        }
        NeighborPlan neighbors =
                new NeighborPlan(scoring.reference, scoring.pairsPerSecond, scoring.blockRows, scoring.rowBytes);
        PrintWriter console = spec.commandLine().getOut();
        console.printf(
                "%11s %8s %14s %10s %10s %8s %9s %10s %9s%n",
                "images", "workers", "worker hours", "sampling", "lost (h)", "kept", "joining", "neighbors", "moved");
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        for (long count : images) {
            for (int number : workers) {
                ScalePlan.Sampling sampling = plan.sampling(count, number);
                NeighborPlan.Neighbors scored = neighbors.of(count, number);
                console.printf(
                        Locale.ROOT,
                        "%,11d %8d %,14.1f %10s %,10.1f %8s %9s %10s %9s%n",
                        count,
                        number,
                        sampling.computeSeconds() / HOUR,
                        time(sampling.samplingSeconds()),
                        sampling.lostSeconds() / HOUR,
                        bytes(sampling.bytes()),
                        time(sampling.joiningSeconds()),
                        time(scored.seconds()),
                        bytes(scored.movedBytes()));
                rows.add(json(sampling, scored));
            }
        }
        console.flush();
        times.write(JsonNodeFactory.instance.objectNode().set("plans", rows));
    }

    private static ObjectNode json(ScalePlan.Sampling sampling, NeighborPlan.Neighbors scored) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("images", sampling.images())
                .put("workers", sampling.workers())
                .put("compute_seconds", sampling.computeSeconds())
                .put("sampling_seconds", sampling.samplingSeconds())
                .put("lost_seconds", sampling.lostSeconds())
                .put("kept_bytes", sampling.bytes())
                .put("joining_seconds", sampling.joiningSeconds())
                .put("pairs", scored.pairs())
                .put("neighbor_seconds", scored.seconds())
                .put("feature_bytes", scored.featureBytes())
                .put("moved_bytes", scored.movedBytes());
    }

    private static String time(double seconds) {
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        if (seconds < HOUR) {
            return String.format(Locale.ROOT, "%.1f min", seconds / 60);
        }
        if (seconds < 2 * DAY) {
            return String.format(Locale.ROOT, "%.1f h", seconds / HOUR);
        }
        return seconds < 2 * YEAR
                ? String.format(Locale.ROOT, "%.1f d", seconds / DAY)
                : String.format(Locale.ROOT, "%,.1f years", seconds / YEAR);
    }

    private static String bytes(double bytes) {
        String[] units = {"kB", "MB", "GB", "TB", "PB"};
        double value = bytes / 1e3;
        int unit = 0;
        while (value >= 999.95 && unit < units.length - 1) {
            value /= 1e3;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
