package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.export.training.TrainingArtifacts;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.option.TrainOptions;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TrainingLoop;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.harness.training.TrainingTask;
import io.adm4j.runtime.TrainingSession;
import io.adm4j.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Starts or resumes a training run, as both training commands do. */
final class TrainRunner {
    private static final Set<String> FREE_ON_RESUME =
            Set.of("--resume", "--steps", "--data", "--device", "--threads", "--save-interval");

    private final String kind;
    private final TaskFactory tasks;
    private final TrainOptions options;
    private final CommandSpec command;
    private final PrintWriter console;

    /** Creates the task that a run's flags describe. */
    interface TaskFactory {
        TrainingTask make(JsonNode flags, Dataset images, TrainingSettings settings);
    }

    /**
     * A command that has been parsed.
     *
     * @param kind of network, as noted in run.json
     * @param tasks creates the task that the run's flags describe
     */
    TrainRunner(String kind, TaskFactory tasks, TrainOptions options, CommandSpec command) {
        this.kind = kind;
        this.tasks = tasks;
        this.options = options;
        this.command = command;
        this.console = command.commandLine().getOut();
    }

    /**
     * Trains until the requested steps are done or the process gets a signal to end.
     *
     * @param flags of a new run
     * @throws UserError if the options do not fit together, or the images or the run folder cannot be used
     */
    void run(Supplier<ObjectNode> flags) {
        boolean resumed = options.resume != null;
        if ((options.out != null) == resumed) {
            throw new UserError("Give either --out FOLDER for a new run or --resume FOLDER for one that was stopped.");
        }
        if (resumed) {
            refuseFixed();
        }
        // A run that cannot start must not leave a folder behind that blocks the next one.
        TrainingSession.require(options.runtime.device);
        RunFolder folder = new RunFolder(resumed ? options.resume : options.out);
        JsonNode description = resumed ? folder.description() : describe(flags.get());
        if (!description.path("kind").asText().equals(kind)) {
            throw new UserError(options.resume + " is a run of 'train "
                    + description.path("kind").asText() + "', not of 'train " + kind + "'.");
        }
        TrainingSettings settings = TrainingSettings.fromJson(description.get("training"));
        Path source = options.data == null
                ? Path.of(description.get("data").get("path").asText())
                : options.data;
        Dataset images = Dataset.open(
                source,
                new DatasetOptions(description.get("flags").get("image_size").asInt(), Split.TRAIN));
        checkData(description, images, source);
        TrainingTask task = tasks.make(description.get("flags"), images, settings);
        TrainingLoop loop = new TrainingLoop(
                task,
                settings,
                folder,
                options.runtime.device,
                options.runtime.threads,
                ConsoleProgress.onStandardError());
        if (resumed) {
            console.printf(
                    "%s%nResuming from step %d of %s%n",
                    images, folder.require().step(), folder.path());
        } else {
            List<Parameter> network = task.graph().graph().parameters();
            TrainingArtifacts.requireRoom(network, settings.emaRates());
            Map<String, Tensor> first = InitialWeights.of(network, settings.seed());
            folder.create(withData(description, images, source));
            loop.prepare(first);
            long parameters = first.values().stream().mapToLong(Tensor::size).sum();
            console.printf(Locale.ROOT, "%s%n%,d parameters, run folder %s%n", images, parameters, folder.path());
        }
        console.flush();
        trainInterruptibly(loop, end -> report(folder, end));
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

    private void report(RunFolder folder, RunFolder.Checkpoint end) {
        if (end.step() < options.steps) {
            console.printf(
                    "%nStopped and saved at step %d. Resume with: harness train %s --resume %s --steps %d%n",
                    end.step(), kind, folder.path(), options.steps);
        } else {
            console.printf(Locale.ROOT, "Step %d saved in %s after %.0f s%n", end.step(), end.folder(), end.seconds());
        }
        console.flush();
    }

    /** Ctrl-C (or a TERM signal) lets the current step end and saves it before the process ends. */
    private void trainInterruptibly(TrainingLoop loop, Consumer<RunFolder.Checkpoint> report) {
        CountDownLatch finished = new CountDownLatch(1);
        Thread saver = new Thread(() -> {
            loop.stop();
            try {
                finished.await(10, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(saver);
        try {
            report.accept(loop.train(options.steps, options.saveInterval));
        } finally {
            finished.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(saver);
            } catch (IllegalStateException shuttingDown) {
                // The hook is running: that is what stopped the loop.
            }
        }
    }

    /** The command line, for run.json. */
    private String typed() {
        return command.root().name() + " "
                + String.join(" ", command.root().commandLine().getParseResult().originalArgs());
    }

    private ObjectNode describe(ObjectNode flags) {
        if (options.data == null) {
            throw new UserError("A new run needs images: --data PATH.");
        }
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode description = mapper.createObjectNode().put("kind", kind);
        description.putArray("commands").add(typed());
        description.set("flags", flags);
        description.set("training", options.settings().toJson(mapper));
        return description;
    }

    private static JsonNode withData(JsonNode description, Dataset images, Path source) {
        ObjectNode all = description.deepCopy();
        ObjectNode data = all.putObject("data")
                .put("path", source.toAbsolutePath().normalize().toString())
                .put("pictures", images.size())
                .put("sha256", images.checksum());
        images.classNames().forEach(data.withArray("classes")::add);
        return all;
    }

    private static void checkData(JsonNode description, Dataset images, Path source) {
        JsonNode known = description.path("data");
        if (!known.isMissingNode() && !known.get("sha256").asText().equals(images.checksum())) {
            throw new UserError("The images in " + source + " are not those that this run was started with.");
        }
    }
}
