package io.adm4j.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.command.FirstWeights;
import io.adm4j.harness.cli.option.RunFlags;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.training.ClassifierTask;
import io.adm4j.harness.training.HeldOutLoss;
import io.adm4j.harness.training.MovingAverageRate;
import io.adm4j.harness.training.Retention;
import io.adm4j.harness.training.RoundLoop;
import io.adm4j.harness.training.RoundSettings;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.TrainedNetwork;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.harness.training.TrainingStart;
import io.adm4j.harness.training.TrainingTask;
import io.adm4j.harness.training.WeightSource;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.harness.training.log.JsonLog;
import io.adm4j.harness.training.log.TrainingLog;
import io.adm4j.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** The driver's part of a training job: starts or resumes a run, as all training jobs do. */
final class TrainDriver {
    private final TrainedNetwork network;
    private final ClusterTrainingOptions options;
    private final CommandSpec command;
    private final PrintWriter console;
    private final PrintWriter errors;

    /** A command that has been parsed. */
    TrainDriver(TrainedNetwork network, ClusterTrainingOptions options, CommandSpec command) {
        this.network = network;
        this.options = options;
        this.command = command;
        this.console = command.commandLine().getOut();
        this.errors = command.commandLine().getErr();
    }

    /**
     * Trains until all steps are done.
     *
     * @param defaults flags of a new run, over the defaults of the options and below all others; not modified
     * @param fixed flags of a new run, over all others; not modified
     * @throws UserError if the options do not fit together, the run in the folder is another one, or the images cannot be used
     */
    void run(ObjectNode defaults, ObjectNode fixed) {
        if (options.runtime.engineOr(EngineKind.PLAIN) != EngineKind.PLAIN) {
            throw new UserError("--engine ort keeps a state that workers cannot exchange: leave it out, for plain.");
        }
        RoundSettings rounds = options.rounds.settings();
        RunFlags flags = RunFlags.of(command, options.presets, network);
        long steps = steps(flags);
        TrainingSettings settings = flags.training(steps);
        try (WeightSource source = source()) {
            ObjectNode ofSource = source == null ? JsonNodeFactory.instance.objectNode() : source.flags();
            ObjectNode given = flags.network(defaults, ofSource).setAll(fixed);
            if (options.presets.printFlags) {
                printFlags(given, settings, rounds, steps);
                return;
            }
            try (JobContext context = JobContext.open("train");
                    ScratchFolder local = ScratchFolder.make("train")) {
                context.requireDevice(options.runtime.device);
                train(context, local.path(), source, given, settings, rounds, steps);
            }
        }
    }

    private void printFlags(ObjectNode flags, TrainingSettings settings, RoundSettings rounds, long steps) {
        ObjectNode run = JsonNodeFactory.instance
                .objectNode()
                .put("kind", network.kind())
                .put("steps", steps);
        run.set("flags", flags);
        run.set("training", settings.toJson(new ObjectMapper()));
        run.set("rounds", rounds.toJson());
        console.println(run.toPrettyString());
        console.flush();
    }

    /** @param local folder of the driver, for its copy of the run and the workers' weights */
    private void train(
            JobContext context,
            Path local,
            @Nullable WeightSource source,
            ObjectNode given,
            TrainingSettings settings,
            RoundSettings rounds,
            long steps) {
        ImageReading reading = ImageReading.of(options);
        Dataset images = reading.open(SharedInput.onDriver(options.data, context), network, given, Split.TRAIN);
        ObjectNode flags = network.completed(given, images);
        TrainingTask task = network.task(flags, images, settings);
        ObjectNode description = describe(flags, settings, rounds, reading, images, steps);
        Map<String, Tensor> first =
                FirstWeights.of(task.graph().graph().parameters(), settings.seed(), source, description, this::say);
        Optional<HeldOutLoss> heldOut = heldOut(flags, settings, reading, images, context);
        RunFolder run = new RunFolder(local.resolve("run"), new Retention(options.keep, 0), this::say);
        RemoteFolder remote = context.folder(options.out);
        RunMirror mirror = new RunMirror(remote, run);
        InnerWork work = new InnerWork(
                description.toString(),
                network,
                JarBuild.here(),
                SharedInput.of(options.data, context),
                reading,
                remote,
                options.runtime.device,
                options.runtime.threads);
        RoundLoop loop = new RoundLoop(
                task.metricNames(),
                settings,
                rounds,
                run,
                new ClusterRounds(context, work, rounds.workers(), local.resolve("workers"), this::say),
                heldOut,
                List.of(
                        new TrainingLog(run.log()),
                        new JsonLog(run.path().resolve("log.jsonl")),
                        mirror,
                        new RoundLines()));
        console.println(images);
        if (mirror.fetch(description)) {
            run.amend(json -> json.put("steps", steps));
            mirror.describe();
            console.printf("Going on from step %d of %s%n", run.require().step(), remote.address());
        } else {
            run.create(description);
            mirror.describe();
            mirror.saved(loop.prepare(first));
            console.printf("Run folder %s%n", remote.address());
        }
        console.flush();
        MovingAverageRate.warnings(settings.emaRates(), steps).forEach(warning -> say("Warning: " + warning));
        RunFolder.Checkpoint end = loop.train(steps);
        end.doubt().ifPresent(this::say);
        console.printf(
                Locale.ROOT,
                "Step %d of %d workers saved in %s after %.0f s%n",
                end.step(),
                rounds.workers(),
                remote.folder(end.folder().getFileName().toString()).address(),
                end.seconds());
        console.flush();
    }

    private long steps(RunFlags flags) {
        Long given = options.rounds.steps(options.steps);
        if (given != null) {
            return given;
        }
        OptionalLong iterations = flags.iterations();
        return iterations.orElseThrow(
                () -> new UserError("Give the length of the training: --rounds R, or --steps N of each worker."));
    }

    private @Nullable WeightSource source() {
        if (options.initFrom == null && (options.initEmaRate != null || options.entry != null)) {
            throw new UserError(
                    "--init-ema-rate and --entry belong to --init-from SOURCE: give that too, or leave them out.");
        }
        return options.initFrom == null
                ? null
                : WeightSource.open(
                        options.initFrom, network, options.initEmaRate, Optional.ofNullable(options.entry), this::say);
    }

    private ObjectNode describe(
            ObjectNode flags,
            TrainingSettings settings,
            RoundSettings rounds,
            ImageReading reading,
            Dataset images,
            long steps) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode description =
                mapper.createObjectNode().put("kind", network.kind()).put("steps", steps);
        description
                .putArray("commands")
                .add("train "
                        + String.join(
                                " ",
                                command.root().commandLine().getParseResult().originalArgs()));
        description.set("flags", flags);
        description.set("training", settings.toJson(mapper));
        description.set("rounds", rounds.toJson());
        ObjectNode data = description
                .putObject("data")
                .put("path", options.data)
                .put("pictures", images.size())
                .put("sha256", images.checksum())
                .put("layout", reading.layout().name())
                .put("range", reading.range().name())
                .put("labels", reading.labels().name());
        images.classNames().forEach(data.withArray("classes")::add);
        return description;
    }

    private Optional<HeldOutLoss> heldOut(
            ObjectNode flags, TrainingSettings settings, ImageReading reading, Dataset images, JobContext context) {
        if (options.rounds.validationData == null) {
            return Optional.empty();
        }
        Path path = SharedInput.onDriver(options.rounds.validationData, context);
        Dataset others = reading.open(path, network, flags, Split.TEST);
        if (!images.classNames()
                .subList(0, Math.min(images.classCount(), others.classCount()))
                .equals(others.classNames())) {
            throw new UserError("The classes of --val-data " + options.rounds.validationData
                    + " are not those of the images, in the same order: their labels would mean other things.");
        }
        int batches = Math.max(1, (options.rounds.validationSamples + settings.batchSize() - 1) / settings.batchSize());
        return Optional.of(new HeldOutLoss(
                validationTask(flags, others, settings),
                batches,
                settings.microbatch(),
                options.rounds.validationInterval,
                options.runtime.device,
                options.runtime.threads));
    }

    /** Nothing random beside timesteps and noise, which are the same each time. */
    private TrainingTask validationTask(ObjectNode flags, Dataset images, TrainingSettings settings) {
        if (network == TrainedNetwork.CLASSIFIER) {
            return ClassifierTask.ofValidation(flags, images, settings);
        }
        ObjectNode plain = flags.deepCopy().put("dropout", 0).put("schedule_sampler", "uniform");
        return network.task(plain, images, settings);
    }

    private void say(String line) {
        errors.println(line);
        errors.flush();
    }

    /** A line for each round. */
    private final class RoundLines implements TrainingListener {
        @Override
        public void started(TrainingStart start) {}

        @Override
        public void step(StepReport report) {
            StringBuilder line = new StringBuilder("Step " + report.step() + ":");
            report.metrics().forEach((name, value) -> line.append(String.format(Locale.ROOT, " %s %.4f", name, value)));
            report.quartiles()
                    .forEach((name, value) -> line.append(String.format(
                            Locale.ROOT, value == Math.rint(value) ? " %s %.0f" : " %s %.4f", name, value)));
            console.println(line.append(String.format(Locale.ROOT, " seconds %.1f", report.seconds())));
            console.flush();
        }
    }
}
