package io.adm4j.harness.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingLoop;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.harness.training.TrainingStart;
import io.adm4j.harness.training.TrainingTask;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * The times of training by part, measured on training runs as they are, with each engine in turns on one machine.
 *
 * @param parameters number of the network's weights
 * @param data what it was trained on
 * @param engines one entry for each engine
 */
public record TrainingBenchmark(
        TrainingBenchSettings settings, long parameters, String data, List<EngineTimes> engines) {
    private static final int RANDOM_BATCHES = 8;

    /**
     * Trains.
     *
     * @param warnings receives a sentence for images that are left out
     * @throws io.adm4j.feedback.UserError if the flags or the images cannot be used
     * @throws io.adm4j.runtime.RuntimeFailure if an engine or the device cannot be used
     */
    public static TrainingBenchmark run(
            TrainingBenchSettings settings, ProgressListener listener, Consumer<String> warnings) {
        long steps = (long) settings.rounds() * settings.engines().size() * (settings.warmUps() + settings.repeats());
        try (TemporaryFolder scratch = new TemporaryFolder()) {
            Dataset images = images(settings, scratch.folder(), warnings);
            ObjectNode flags = settings.network().completed(settings.flags(), images);
            TrainingTask task = settings.network().task(flags, images, settings.training());
            List<Parameter> parameters = task.graph().graph().parameters();
            List<EngineTimes> engines =
                    settings.engines().stream().map(EngineTimes::new).toList();
            try (Progress progress = listener.start("Training", steps, "steps")) {
                for (int round = 0; round < settings.rounds(); round++) {
                    for (EngineTimes engine : engines) {
                        RunFolder run = new RunFolder(
                                scratch.folder().resolve(engine.engine().name()));
                        progress.message(name(engine.engine()));
                        new Turn(settings, task, run, engine, progress).take(round, parameters);
                    }
                }
            }
            long count = parameters.stream()
                    .mapToLong(p -> Arrays.stream(p.shape()).reduce(1, (a, b) -> a * b))
                    .sum();
            return new TrainingBenchmark(
                    settings, count, settings.data().isPresent() ? images.toString() : "random images", engines);
        }
    }

    private static Dataset images(TrainingBenchSettings settings, Path scratch, Consumer<String> warnings) {
        int size = settings.network().imageSize(settings.flags());
        int channels = settings.network().channels(settings.flags());
        Path source = settings.data().orElseGet(() -> random(settings, size, channels, scratch.resolve("data.npz")));
        return Dataset.openOnce(source, DatasetOptions.ofSize(size).withChannels(channels), warnings);
    }

    private static Path random(TrainingBenchSettings settings, int size, int channels, Path file) {
        int count = RANDOM_BATCHES * settings.batchSize();
        byte[] values = new byte[Math.multiplyExact(count, size * size * channels)];
        new SplittableRandom(0).nextBytes(values);
        int classes = settings.flags().path("num_classes").asInt(1);
        long[] labels = new long[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % classes;
        }
        Npz.write(
                file,
                Map.of("arr_0", Tensor.of(values, count, size, size, channels), "arr_1", Tensor.of(labels, count)));
        return file;
    }

    /** Some steps of a run with one engine. */
    private record Turn(
            TrainingBenchSettings settings, TrainingTask task, RunFolder run, EngineTimes times, Progress progress) {
        void take(int round, List<Parameter> parameters) {
            int length = settings.warmUps() + settings.repeats();
            long end = (long) (round + 1) * length;
            TrainingSettings training = settings.training();
            TurnListener listener = new TurnListener(this, end);
            TrainingLoop loop =
                    new TrainingLoop(task, training, run, settings.device(), settings.threads(), List.of(listener));
            if (round == 0) {
                run.create(JsonNodeFactory.instance.objectNode());
                loop.prepare(times.engine(), InitialWeights.of(parameters, training.seed()));
            }
            loop.train(end, Long.MAX_VALUE);
            for (int i = 0; i < settings.repeats(); i++) {
                long begin = System.nanoTime();
                task.batch(end + i);
                times.add(TrainingPart.LOADING, (System.nanoTime() - begin) / 1e9);
            }
        }
    }

    /** Collects the times of a turn. */
    private static final class TurnListener implements TrainingListener {
        private final Turn turn;
        private final long end;
        private final long begin = System.nanoTime();

        TurnListener(Turn turn, long end) {
            this.turn = turn;
            this.end = end;
        }

        @Override
        public void started(TrainingStart start) {
            turn.times().add(TrainingPart.OPENING, (System.nanoTime() - begin) / 1e9);
        }

        @Override
        public void step(StepReport report) {
            turn.progress().step(1);
            if (report.step() <= end - turn.settings().repeats()) {
                return;
            }
            for (TrainingPart part : TrainingPart.values()) {
                if (part.ofEveryStep()) {
                    turn.times().add(part, part.seconds(report.times()));
                }
            }
            if (report.step() == end) {
                turn.times().add(TrainingPart.SAVING, report.times().saving());
            }
        }

        /** The time of the checkpoint after the last step but one is part of the last one's. */
        @Override
        public boolean needsCheckpoint(long step) {
            return step == end - 1;
        }
    }

    private static String name(EngineKind engine) {
        return engine.name().toLowerCase(Locale.ROOT);
    }

    /** A table for the console: medians, and with two engines their ratios. */
    public String table() {
        boolean two = engines.size() == 2;
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "train %s, %,d parameters, batches of %d of %s, %s; median seconds of %s in turn of %s after %d to warm up%n",
                settings.network().kind(),
                parameters,
                settings.batchSize(),
                data,
                where(),
                Count.of(settings.rounds(), "round"),
                Count.of(settings.repeats(), "step"),
                settings.warmUps()));
        text.append(String.format("%-22s", ""));
        engines.forEach(engine -> text.append(String.format("%12s", name(engine.engine()))));
        if (two) {
            text.append(String.format(
                    "%14s",
                    name(engines.get(0).engine()) + " / " + name(engines.get(1).engine())));
        }
        text.append(String.format("%n"));
        for (TrainingPart part : TrainingPart.values()) {
            double[] medians = engines.stream()
                    .mapToDouble(engine -> engine.of(part).median())
                    .toArray();
            text.append(String.format("%-22s", part.title()));
            Arrays.stream(medians).forEach(seconds -> text.append(String.format(Locale.ROOT, "%12.5f", seconds)));
            if (two && part.isOfTheEngine()) {
                text.append(String.format(Locale.ROOT, "%14.2f", medians[0] / medians[1]));
            }
            text.append(String.format("%n"));
        }
        text.append(String.format("%-22s", "waiting, of all steps"));
        engines.forEach(engine -> text.append(String.format(Locale.ROOT, "%10.2f %%", 100 * engine.waitingShare())));
        text.append(String.format("%n"));
        return text.toString();
    }

    private String where() {
        return settings.device() == Device.CUDA
                ? "on the GPU"
                : settings.threads() == 0 ? "on all cores" : "on " + Count.of(settings.threads(), "thread");
    }

    /** The values of the table and all times as JSON; {@code threads} of 0 are all cores, times are in seconds. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("tool", "adm4j")
                .put("kind", settings.network().kind())
                .put("device", settings.device().name().toLowerCase(Locale.ROOT))
                .put("threads", settings.threads())
                .put("batch_size", settings.batchSize())
                .put("microbatch", settings.microbatch())
                .put("parameters", parameters)
                .put("data", data);
        json.set("flags", settings.flags());
        for (EngineTimes engine : engines) {
            ObjectNode one = json.withArray("engines")
                    .addObject()
                    .put("engine", name(engine.engine()))
                    .put("waiting_share", engine.waitingShare());
            for (TrainingPart part : TrainingPart.values()) {
                Timing timing = engine.of(part);
                ObjectNode seconds =
                        one.putObject(part.key()).put("min", timing.min()).put("median", timing.median());
                Arrays.stream(timing.seconds()).forEach(seconds.putArray("seconds")::add);
            }
        }
        return json;
    }
}
