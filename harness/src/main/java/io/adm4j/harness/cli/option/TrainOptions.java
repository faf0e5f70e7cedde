package io.adm4j.harness.cli.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.export.training.TrainingArtifacts;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** What both training commands take, and how they run. */
public final class TrainOptions {
    private static final Set<String> FREE_ON_RESUME =
            Set.of("--resume", "--steps", "--data", "--device", "--threads", "--save-interval");

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Images: an npz (arr_0 NHWC uint8, arr_1 labels), a folder with one sub-folder per class, a"
                    + " folder of label_name.ext files, or a folder of MNIST-style IDX files.")
    Path data;

    @Option(names = "--out", paramLabel = "FOLDER", description = "Folder of a new training run.")
    Path out;

    @Option(
            names = "--resume",
            paramLabel = "FOLDER",
            description = "Go on with this run: everything but --steps, --data, --device, --threads and"
                    + " --save-interval is as it was.")
    Path resume;

    @Option(names = "--steps", required = true, description = "Optimizer steps, those already done included.")
    long steps;

    @Option(names = "--batch-size", defaultValue = "32", description = "Images per step (default ${DEFAULT-VALUE}).")
    int batchSize;

    @Option(
            names = "--microbatch",
            description = "Images per pass; smaller ones need less memory (default: the whole batch).")
    Integer microbatch;

    @Option(names = "--lr", defaultValue = "1e-3", description = "Learning rate of AdamW (default ${DEFAULT-VALUE}).")
    double learningRate;

    @Option(names = "--weight-decay", defaultValue = "0", description = "Default ${DEFAULT-VALUE}.")
    double weightDecay;

    @Option(
            names = "--lr-warmup-steps",
            defaultValue = "100",
            description = "Steps over which the learning rate grows from 0 (default ${DEFAULT-VALUE}).")
    long warmupSteps;

    @Option(
            names = "--lr-anneal-steps",
            defaultValue = "0",
            description = "Steps over which the learning rate falls to 0; 0 keeps it (default ${DEFAULT-VALUE}).")
    long annealSteps;

    @Option(
            names = "--ema-rate",
            split = ",",
            defaultValue = "0.995",
            description = "Decay rates of the moving averages of the weights (default ${DEFAULT-VALUE}).")
    List<Double> emaRates;

    @Option(names = "--seed", defaultValue = "0", description = "Default ${DEFAULT-VALUE}.")
    long seed;

    @Option(names = "--flip", description = "Mirror images left to right half of the time.")
    boolean flip;

    @Option(
            names = "--save-interval",
            defaultValue = "1000",
            description = "Steps between checkpoints (default ${DEFAULT-VALUE}).")
    long saveInterval;

    @Mixin
    DeviceOptions runtime;

    /**
     * Starts or resumes a run and trains.
     *
     * @param kind of network, as noted in run.json
     * @param flags of a new run
     * @param makeTask from the run's flags and its images
     * @param command the command that was called
     */
    public void run(String kind, Supplier<ObjectNode> flags, TaskFactory makeTask, CommandSpec command) {
        PrintWriter console = command.commandLine().getOut();
        if ((out == null) == (resume == null)) {
            throw new UserError("Give either --out FOLDER for a new run or --resume FOLDER for one that was stopped.");
        }
        if (steps < 1 || saveInterval < 1 || batchSize < 1 || microbatch != null && microbatch < 1) {
            throw new UserError("--steps, --save-interval, --batch-size and --microbatch are at least 1.");
        }
        if (!(learningRate > 0 && weightDecay >= 0) || emaRates.stream().anyMatch(rate -> !(rate > 0 && rate < 1))) {
            throw new UserError("--lr is above 0, --weight-decay at least 0, and each --ema-rate between 0 and 1.");
        }
        if (resume != null) {
            refuseFixed(command);
        }
        // A run that cannot start must not leave a folder behind that blocks the next one.
        TrainingSession.require(runtime.device);
        RunFolder folder = new RunFolder(resume == null ? out : resume);
        JsonNode description = resume == null ? describe(kind, flags.get(), typed(command)) : folder.description();
        if (!description.path("kind").asText().equals(kind)) {
            throw new UserError(resume + " is a run of 'train "
                    + description.path("kind").asText() + "', not of 'train " + kind + "'.");
        }
        TrainingSettings settings = TrainingSettings.fromJson(description.get("training"));
        Path source = data == null ? Path.of(description.get("data").get("path").asText()) : data;
        Dataset images = Dataset.open(
                source,
                new DatasetOptions(description.get("flags").get("image_size").asInt(), Split.TRAIN));
        checkData(description, images, source);
        TrainingTask task = makeTask.make(description.get("flags"), images, settings);
        TrainingLoop loop = new TrainingLoop(
                task, settings, folder, runtime.device, runtime.threads, ConsoleProgress.onStandardError());
        if (resume == null) {
            List<Parameter> network = task.graph().graph().parameters();
            TrainingArtifacts.requireRoom(network, settings.emaRates());
            Map<String, Tensor> first = InitialWeights.draw(network, settings.seed());
            folder.create(withData(description, images, source));
            loop.prepare(first);
            long parameters = first.values().stream().mapToLong(Tensor::size).sum();
            console.printf(Locale.ROOT, "%s%n%,d parameters, run folder %s%n", images, parameters, folder.path());
        } else {
            console.printf(
                    "%s%nGoing on from step %d of %s%n",
                    images, folder.require().step(), folder.path());
        }
        console.flush();
        trainInterruptibly(loop, end -> report(console, kind, folder, end));
    }

    /** What run.json holds cannot be changed on the way. */
    private void refuseFixed(CommandSpec command) {
        for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
            if (!FREE_ON_RESUME.contains(option.longestName())) {
                throw new UserError(option.longestName() + " is fixed by the run in " + resume
                        + ": leave it out, or start a" + " new run with --out.");
            }
        }
    }

    private void report(PrintWriter console, String kind, RunFolder folder, RunFolder.Checkpoint end) {
        if (end.step() < steps) {
            console.printf(
                    "%nStopped and saved at step %d. Go on with: harness train %s --resume %s --steps %d%n",
                    end.step(), kind, folder.path(), steps);
        } else {
            console.printf(Locale.ROOT, "Step %d saved in %s after %.0f s%n", end.step(), end.folder(), end.seconds());
        }
        console.flush();
    }

    /** Makes a task of the run's flags. */
    public interface TaskFactory {
        TrainingTask make(JsonNode flags, Dataset images, TrainingSettings settings);
    }

    /** Ctrl-C (or a TERM signal) lets the step at hand end and saves it before the process goes. */
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
            report.accept(loop.train(steps, saveInterval));
        } finally {
            finished.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(saver);
            } catch (IllegalStateException shuttingDown) {
                // The hook is running: that is what stopped the loop.
            }
        }
    }

    /** What the user typed, for the record. */
    private static String typed(CommandSpec command) {
        return command.root().name() + " "
                + String.join(" ", command.root().commandLine().getParseResult().originalArgs());
    }

    private ObjectNode describe(String kind, ObjectNode flags, String typed) {
        if (data == null) {
            throw new UserError("A new run needs images: --data PATH.");
        }
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode description = mapper.createObjectNode().put("kind", kind);
        description.putArray("commands").add(typed);
        description.set("flags", flags);
        TrainingSettings settings = new TrainingSettings(
                batchSize,
                microbatch == null ? batchSize : Math.min(microbatch, batchSize),
                learningRate,
                weightDecay,
                warmupSteps,
                annealSteps,
                emaRates,
                seed,
                flip);
        description.set("training", settings.toJson(mapper));
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
