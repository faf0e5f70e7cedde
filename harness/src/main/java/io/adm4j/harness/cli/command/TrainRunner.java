package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.console.ExitCode;
import io.adm4j.harness.cli.console.StopRequest;
import io.adm4j.harness.cli.option.MonitorOptions;
import io.adm4j.harness.cli.option.RunFlags;
import io.adm4j.harness.cli.option.TrainOptions;
import io.adm4j.harness.data.ArrayLayout;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.LabelConvention;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.data.ValueRange;
import io.adm4j.harness.evaluation.run.LibraryVersions;
import io.adm4j.harness.monitor.CheckpointScorer;
import io.adm4j.harness.monitor.DenoiserSnapshot;
import io.adm4j.harness.monitor.Evaluations;
import io.adm4j.harness.monitor.Previews;
import io.adm4j.harness.monitor.RunPage;
import io.adm4j.harness.monitor.SnapshotSamples;
import io.adm4j.harness.training.ClassifierTask;
import io.adm4j.harness.training.DataIdentity;
import io.adm4j.harness.training.MovingAverageRate;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.RunOverrides;
import io.adm4j.harness.training.TrainedNetwork;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingLoop;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.harness.training.TrainingTask;
import io.adm4j.harness.training.Validation;
import io.adm4j.harness.training.WeightSource;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.harness.training.log.EventLog;
import io.adm4j.harness.training.log.JsonLog;
import io.adm4j.harness.training.log.ProgressDisplay;
import io.adm4j.harness.training.log.TrainingLog;
import io.adm4j.io.DiskWait;
import io.adm4j.io.LockFile;
import io.adm4j.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Starts or resumes a training run, as all training commands do. */
final class TrainRunner {
    private static final Set<String> FREE_ON_RESUME = Set.of(
            "--resume",
            "--steps",
            "--data",
            "--strict",
            "--device",
            "--threads",
            "--hours",
            "--disk-wait",
            "--accept-changed-data",
            "--override",
            "--save-interval",
            "--keep",
            "--keep-every",
            "--preview-interval",
            "--preview-samples",
            "--eval-interval",
            "--eval-samples",
            "--eval-steps",
            "--eval-features",
            "--eval-reference",
            "--best");

    private final TrainedNetwork network;
    private final TrainOptions options;
    private final MonitorOptions monitoring;
    private final CommandSpec command;
    private final PrintWriter console;
    private final PrintWriter errors;
    /** Of the images, once they are open. */
    private DataIdentity identity;
    /** Once it is known that feature network, reference and samples fit each other. */
    private Optional<CheckpointScorer> scorer = Optional.empty();
    /** Images to validate with; null for none. */
    private @Nullable Path validationData;

    private long validationInterval;
    /** Optimizer steps at the end, once they are known. */
    private long steps;

    /** A command that has been parsed. */
    TrainRunner(TrainedNetwork network, TrainOptions options, CommandSpec command) {
        this(network, options, new MonitorOptions(), command);
    }

    /** As above, for a network that can be sampled from while it trains. */
    TrainRunner(TrainedNetwork network, TrainOptions options, MonitorOptions monitoring, CommandSpec command) {
        this.network = network;
        this.options = options;
        this.monitoring = monitoring;
        this.command = command;
        this.console = command.commandLine().getOut();
        this.errors = command.commandLine().getErr();
    }

    /** @param images to validate a new run with, or null */
    TrainRunner validating(@Nullable Path images, long interval) {
        validationData = images;
        validationInterval = interval;
        return this;
    }

    /** As {@link #run(ObjectNode, ObjectNode)}, for a network whose flags are all options. */
    int run() {
        return run(JsonNodeFactory.instance.objectNode(), JsonNodeFactory.instance.objectNode());
    }

    /**
     * Trains until the requested steps are done or the process gets a signal to end.
     *
     * @param defaults flags of a new run, over the defaults of the options and below all others; not modified
     * @param given flags of a new run, over all others; not modified
     * @return the exit code
     * @throws UserError if the options do not fit together, or the images or the run folder cannot be used
     */
    int run(ObjectNode defaults, ObjectNode given) {
        if (options.presets.printFlags) {
            return printFlags(defaults, given);
        }
        boolean resumed = options.resume != null;
        if ((options.out != null) == resumed) {
            throw new UserError("Give either --out FOLDER for a new run or --resume FOLDER for one that was stopped.");
        }
        if (resumed) {
            refuseFixed();
        } else if (!options.overrides.isEmpty()) {
            throw new UserError("--override changes a run that is resumed: give the option itself to a new one.");
        }
        // A run that cannot start must not leave a folder behind.
        if (!resumed) {
            options.runtime.engine().require(options.runtime.device);
        }
        try (TimeLimit limit =
                TimeLimit.ofHours(options.checkpoints.hours == null ? Double.MAX_VALUE : options.checkpoints.hours)) {
            TrainingLoop loop = resumed ? resume() : start(defaults, given);
            console.flush();
            return trainInterruptibly(loop, limit);
        }
    }

    private int printFlags(ObjectNode defaults, ObjectNode given) {
        RunFlags flags = RunFlags.of(command, options.presets, network);
        steps = steps(flags.iterations());
        try (WeightSource source = source()) {
            ObjectNode run = JsonNodeFactory.instance
                    .objectNode()
                    .put("kind", network.kind())
                    .put("steps", steps);
            run.set("flags", flags.network(defaults, flagsOf(source)).setAll(given));
            run.set("training", flags.training(steps).toJson(new ObjectMapper()));
            console.println(run.toPrettyString());
            console.flush();
        }
        return ExitCode.OK;
    }

    private long steps(OptionalLong iterations) {
        if (options.steps != null) {
            return options.steps;
        }
        return iterations.orElseThrow(() -> new UserError("Give the number of optimizer steps: --steps N."));
    }

    private static ObjectNode flagsOf(WeightSource source) {
        return source == null ? JsonNodeFactory.instance.objectNode() : source.flags();
    }

    private TrainingLoop resume() {
        RunFolder folder = new RunFolder(options.resume, options.checkpoints.retention(), this::warn, diskWait());
        ObjectNode description = (ObjectNode) folder.description();
        if (!description.path("kind").asText().equals(network.kind())) {
            throw new UserError(options.resume + " is a run of 'train "
                    + description.path("kind").asText() + "', not of 'train " + network.kind() + "'.");
        }
        if (description.has("rounds")) {
            throw new UserError(options.resume
                    + " is a run of several workers: resume it with the job that trains it, or start a new run from it with"
                    + " --init-from.");
        }
        steps = steps(
                description.has("steps")
                        ? OptionalLong.of(description.get("steps").asLong())
                        : OptionalLong.empty());
        RunFolder.Checkpoint checkpoint = folder.require();
        EngineKind engine = EngineKind.of(checkpoint.folder());
        engine.require(options.runtime.device);
        if (!options.overrides.isEmpty()) {
            description = new RunOverrides(network, options.overrides).applied(description, checkpoint.step(), engine);
        }
        TrainingSettings settings = TrainingSettings.fromJson(description.get("training"));
        JsonNode known = description.path("data");
        Path source = options.data == null ? Path.of(known.get("path").asText()) : options.data;
        DatasetOptions reading = recorded(known);
        Dataset images = images(source, description.get("flags"), reading);
        TrainingTask task = network.task(description.get("flags"), images, settings);
        folder.requireRoom(EngineKind.checkpointBytes(task.graph().graph().parameters(), settings.emaRates()));
        Optional<Validation> validation = validation(description, settings);
        identity = DataIdentity.ofResumed(
                folder, images, checkpoint.step(), options.checkpoints.acceptChangedData, this::warn);
        warnOfRateZero(settings);
        scorer = scorer(source, reading, images, description.get("flags"));
        try (LockFile lock = folder.lock()) {
            ObjectNode now = description;
            folder.amend(run -> {
                run.put("steps", steps);
                for (String part : List.of("flags", "training", "overrides")) {
                    if (now.has(part)) {
                        run.set(part, now.get(part));
                    }
                }
            });
        }
        console.printf(Locale.ROOT, "%s%nResuming from step %d of %s%n", images, checkpoint.step(), folder.path());
        return loop(task, settings, folder, images, validation);
    }

    private TrainingLoop start(ObjectNode defaults, ObjectNode fixed) {
        if (options.data == null) {
            throw new UserError("A new run needs images: --data PATH.");
        }
        RunFlags flags = RunFlags.of(command, options.presets, network);
        steps = steps(flags.iterations());
        try (WeightSource source = source()) {
            ObjectNode given = flags.network(defaults, flagsOf(source)).setAll(fixed);
            Dataset images = images(options.data, given, reading());
            ObjectNode complete = network.completed(given, images);
            if (complete.has("num_classes") && !given.has("num_classes")) {
                console.println(
                        "num_classes is " + complete.get("num_classes") + ", the number of classes of the images.");
            }
            TrainingSettings settings = flags.training(steps);
            TrainingTask task = network.task(complete, images, settings);
            TrainingGraph graph = task.graph();
            List<Parameter> parameters = graph.graph().parameters();
            EngineKind engine = options.runtime.engine();
            engine.requireCapacity(graph, settings.emaRates());
            RunFolder folder = new RunFolder(options.out, options.checkpoints.retention(), this::warn, diskWait());
            folder.requireRoom(EngineKind.checkpointBytes(parameters, settings.emaRates()));
            ObjectNode description = describe(complete, settings, images);
            Optional<Validation> validation = validation(description, settings);
            Map<String, Tensor> first =
                    FirstWeights.of(parameters, settings.seed(), source, description, errors::println);
            scorer = scorer(options.data, reading(), images, complete);
            identity = DataIdentity.ofNew(folder, images, description, this::warn);
            folder.create(description);
            TrainingLoop loop = loop(task, settings, folder, images, validation);
            loop.prepare(engine, first);
            long count = first.values().stream().mapToLong(Tensor::size).sum();
            console.printf(Locale.ROOT, "%s%n%,d parameters, run folder %s%n", images, count, folder.path());
            MovingAverageRate.warnings(settings.emaRates(), steps).forEach(this::warn);
            warnOfRateZero(settings);
            return loop;
        }
    }

    private WeightSource source() {
        if (options.initFrom == null && options.initEmaRate != null) {
            throw new UserError("--init-ema-rate belongs to --init-from RUN: give that too, or leave it out.");
        }
        if (options.initFrom == null && options.entry != null) {
            throw new UserError("--entry belongs to --init-from FILE: give that too, or leave it out.");
        }
        return options.initFrom == null
                ? null
                : WeightSource.open(
                        options.initFrom, network, options.initEmaRate, Optional.ofNullable(options.entry), this::warn);
    }

    private DiskWait diskWait() {
        return new DiskWait(Duration.ofMillis(Math.round(options.checkpoints.diskWait * 60_000)), this::warn);
    }

    private void say(String line) {
        errors.println(line);
        errors.flush();
    }

    private void warn(String line) {
        errors.println("Warning: " + line);
        errors.flush();
    }

    private void warnOfRateZero(TrainingSettings settings) {
        long last = settings.annealSteps();
        if (last > 0 && steps > last) {
            warn("the learning rate is 0 after step " + last + " (--lr-anneal-steps), so that the steps after it change"
                    + " nothing: give --steps " + last + ", or a new run --lr-anneal-steps " + steps + ".");
        }
    }

    /** How a new run reads its images, but for their size and channels. */
    private DatasetOptions reading() {
        return options.images.of(DatasetOptions.AS_STORED, Split.TRAIN).withLabels(options.labels);
    }

    /** How a run reads its images, by what run.json says of them. */
    private DatasetOptions recorded(JsonNode data) {
        return options.images
                .of(
                        DatasetOptions.AS_STORED,
                        Split.TRAIN,
                        ArrayLayout.valueOf(data.path("layout").asText(ArrayLayout.HWC.name())))
                .withRange(ValueRange.valueOf(data.path("range").asText(ValueRange.INTEGERS.name())))
                .withLabels(LabelConvention.valueOf(data.path("labels").asText(LabelConvention.AUTO.name())));
    }

    private Dataset images(Path source, JsonNode flags, DatasetOptions reading) {
        return Dataset.open(
                source,
                reading.withSize(network.imageSize(flags)).withChannels(network.channels(flags)),
                errors::println);
    }

    /** @param description contents of run.json, which says how the run validates */
    private Optional<Validation> validation(JsonNode description, TrainingSettings settings) {
        JsonNode known = description.path("validation");
        if (known.isMissingNode()) {
            return Optional.empty();
        }
        JsonNode data = description.path("data");
        JsonNode flags = description.get("flags");
        Dataset images = images(Path.of(known.get("path").asText()), flags, recorded(data));
        List<String> classes = new ArrayList<>();
        data.path("classes").forEach(name -> classes.add(name.asText()));
        List<String> others = images.classNames();
        // Numbered classes may end earlier.
        if (!others.equals(classes.subList(0, Math.min(classes.size(), others.size())))) {
            throw new UserError("The classes of --val-data " + known.get("path").asText()
                    + " are not those of the images, in the same order: their labels would mean other things.");
        }
        return Optional.of(new Validation(
                ClassifierTask.ofValidation(flags, images, settings),
                known.get("interval").asLong()));
    }

    private TrainingLoop loop(
            TrainingTask task,
            TrainingSettings settings,
            RunFolder folder,
            Dataset images,
            Optional<Validation> validation) {
        return new TrainingLoop(
                task,
                settings,
                folder,
                options.runtime.device,
                options.runtime.threads,
                listeners(settings, folder, images),
                validation);
    }

    private Optional<CheckpointScorer> scorer(Path data, DatasetOptions reading, Dataset images, JsonNode flags) {
        return monitoring
                .evaluation
                .interval()
                .map(interval -> CheckpointScorer.open(
                        monitoring.evaluation.plan(
                                data,
                                options.images
                                        .of(DatasetOptions.AS_STORED, Split.TEST, reading.layout())
                                        .withRange(reading.range())),
                        samples(images),
                        network.imageSize(flags),
                        network.channels(flags),
                        options.runtime.device,
                        options.runtime.threads,
                        this::warn));
    }

    private SnapshotSamples samples(Dataset images) {
        return network == TrainedNetwork.UPSAMPLER
                ? SnapshotSamples.ofUpsampler(images, options.runtime.device, options.runtime.threads)
                : SnapshotSamples.ofDenoiser(options.runtime.device, options.runtime.threads);
    }

    /** In the order in which they are notified: the page shows what the others have written. */
    private List<TrainingListener> listeners(TrainingSettings settings, RunFolder folder, Dataset images) {
        Path log = folder.path().resolve("log.jsonl");
        Path previews = folder.path().resolve("previews");
        EventLog events = new EventLog(folder.path(), diskWait());
        ProgressDisplay progress = new ProgressDisplay(ConsoleProgress.onStandardError());
        List<TrainingListener> listeners = new ArrayList<>(
                List.of(new TrainingLog(folder.log(), diskWait()), new JsonLog(log, diskWait()), events, progress));
        if (monitoring.previewInterval != null) {
            listeners.add(new Previews(
                    previews,
                    monitoring.previewInterval,
                    monitoring.previewSamples,
                    snapshot(settings, folder, "preview-bundle"),
                    samples(images),
                    events,
                    errors::println));
        }
        scorer.ifPresent(scoring -> listeners.add(new Evaluations(
                folder,
                monitoring.evaluation.interval().orElseThrow(),
                scoring,
                snapshot(settings, folder, "evaluation-bundle"),
                events,
                progress::note,
                this::say)));
        listeners.add(new RunPage(folder, log, previews, machine(), errors::println));
        return listeners;
    }

    private static DenoiserSnapshot snapshot(TrainingSettings settings, RunFolder folder, String name) {
        return new DenoiserSnapshot(
                (ObjectNode) folder.description().get("flags"),
                settings.emaRates(),
                folder.path().resolve(name));
    }

    private Map<String, String> machine() {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("system", System.getProperty("os.name") + " on " + System.getProperty("os.arch"));
        machine.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        machine.put("threads", options.runtime.threads == 0 ? "all" : String.valueOf(options.runtime.threads));
        machine.put("device", options.runtime.device.name().toLowerCase(Locale.ROOT));
        machine.put("heap, at most", (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
        machine.put("adm4j", LibraryVersions.adm4j());
        machine.putAll(LibraryVersions.current());
        return machine;
    }

    /** What run.json holds cannot change when a run is resumed. */
    private void refuseFixed() {
        for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
            if (!FREE_ON_RESUME.contains(option.longestName())) {
                throw new UserError(option.longestName() + " is fixed by the run in " + options.resume
                        + ": leave it out, or start a new run with --out.");
            }
        }
    }

    private void report(RunFolder.Checkpoint end) {
        end.doubt().ifPresent(this::warn);
        if (end.step() < steps) {
            console.printf(
                    Locale.ROOT,
                    "%nStopped and saved at step %d. Resume with: harness train %s --resume %s --steps %d%n",
                    end.step(),
                    network.kind(),
                    end.folder().getParent(),
                    steps);
        } else {
            console.printf(Locale.ROOT, "Step %d saved in %s after %.0f s%n", end.step(), end.folder(), end.seconds());
        }
        console.flush();
    }

    /** A signal to end, or the end of the time, lets the current step end and saves it. */
    private int trainInterruptibly(TrainingLoop loop, TimeLimit limit) {
        try (DataIdentity data = identity;
                StopRequest signals = StopRequest.of(
                        errors,
                        "Saving after this step; the same signal again ends at once, without saving.",
                        loop::stop)) {
            limit.whenOver(loop::stop);
            data.start();
            RunFolder.Checkpoint end = loop.train(steps, options.checkpoints.saveInterval);
            report(end);
            return end.step() >= steps
                    ? ExitCode.OK
                    : signals.exitCodeOr(limit.isOver() ? ExitCode.OUT_OF_TIME : ExitCode.OK);
        }
    }

    /** The command line, for run.json. */
    private String typed() {
        return command.root().name() + " "
                + String.join(" ", command.root().commandLine().getParseResult().originalArgs());
    }

    private ObjectNode describe(ObjectNode flags, TrainingSettings settings, Dataset images) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode description =
                mapper.createObjectNode().put("kind", network.kind()).put("steps", steps);
        description.putArray("commands").add(typed());
        description.set("flags", flags);
        description.set("training", settings.toJson(mapper));
        ObjectNode data = description
                .putObject("data")
                .put("path", options.data.toAbsolutePath().normalize().toString())
                .put("pictures", images.size());
        if (options.images.layout() != ArrayLayout.HWC) {
            data.put("layout", options.images.layout().name());
        }
        if (options.images.range() != ValueRange.INTEGERS) {
            data.put("range", options.images.range().name());
        }
        if (options.labels != LabelConvention.AUTO) {
            data.put("labels", options.labels.name());
        }
        if (validationData != null) {
            description
                    .putObject("validation")
                    .put("path", validationData.toAbsolutePath().normalize().toString())
                    .put("interval", validationInterval);
        }
        images.classNames().forEach(data.withArray("classes")::add);
        return description;
    }
}
