package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bench.TrainingBenchSettings;
import io.adm4j.harness.bench.TrainingBenchmark;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.bundle.PublishedFlags;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.TimesOption;
import io.adm4j.harness.training.TrainedNetwork;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.runtime.TrainingSession;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures training by part on this machine. */
@Command(
        name = "training",
        description =
                "Measures training by part, with each engine in turns: loading and waiting for data, loss preparation, forward"
                        + " and backward, optimizer, writing a checkpoint. Real runs are trained, in a temporary folder.")
final class BenchTrainingCommand implements Runnable {
    @Option(
            names = "--flags",
            paramLabel = "FILE",
            description = "Published flags of a denoiser or upsampler (default: those of the embedded denoiser).")
    private Path flags;

    @Option(
            names = "--classifier-flags",
            paramLabel = "FILE",
            description = "Published flags of a classifier, instead of --flags.")
    private Path classifierFlags;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Images to train on, as for harness train (default: random ones in memory).")
    private Path data;

    @Option(
            names = "--engines",
            split = ",",
            paramLabel = "ENGINE",
            description = "plain, ort or both, separated by a comma (default: all that this machine has).")
    private List<EngineKind> engines;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "16",
            description = "Images per step (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--microbatch",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            description = "Images per pass (default: the whole batch).")
    private Integer microbatch;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "2",
            description = "Turns of each engine (default ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            converter = Range.AtLeastZero.class,
            defaultValue = "3",
            description = "Steps of a turn before the timed ones (default ${DEFAULT-VALUE}).")
    private int warmUps;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            converter = Range.AtLeastTwo.class,
            defaultValue = "10",
            description = "Timed steps of a turn, at least 2 (default ${DEFAULT-VALUE}).")
    private int repeats;

    @Mixin
    private TimesOption times;

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private DeviceOptions runtime = new DeviceOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        times.check(flags, classifierFlags, data);
        if (flags != null && classifierFlags != null) {
            throw new UserError("Give either --flags or --classifier-flags: one network is measured at a time.");
        }
        ObjectNode network = network();
        TrainingBenchmark benchmark = TrainingBenchmark.run(
                new TrainingBenchSettings(
                        kind(network),
                        network,
                        Optional.ofNullable(data),
                        batchSize,
                        microbatch == null ? batchSize : Math.min(batchSize, microbatch),
                        engines(),
                        runtime.device,
                        runtime.threads,
                        rounds,
                        warmUps,
                        repeats),
                ConsoleProgress.onStandardError(),
                spec.commandLine().getErr()::println);
        PrintWriter console = spec.commandLine().getOut();
        console.print(benchmark.table());
        console.flush();
        times.write(benchmark.json());
    }

    private List<EngineKind> engines() {
        List<EngineKind> chosen = engines != null
                ? List.copyOf(new LinkedHashSet<>(engines))
                : TrainingSession.isAvailable() ? List.of(EngineKind.PLAIN, EngineKind.ORT) : List.of(EngineKind.PLAIN);
        chosen.forEach(engine -> engine.require(runtime.device));
        return chosen;
    }

    private TrainedNetwork kind(ObjectNode network) {
        if (classifierFlags != null) {
            return TrainedNetwork.CLASSIFIER;
        }
        return UNetConfig.fromFlags(network).superResolution() ? TrainedNetwork.UPSAMPLER : TrainedNetwork.DENOISER;
    }

    private ObjectNode network() {
        if (classifierFlags != null) {
            return read(classifierFlags, PublishedFlags.Network.CLASSIFIER);
        }
        if (flags != null) {
            return read(flags, PublishedFlags.Network.DENOISER);
        }
        Manifest manifest = ModelBundle.load(EmbeddedBundle.folder()).manifest();
        ObjectNode embedded = manifest.denoiser().deepCopy();
        embedded.setAll(manifest.diffusion().toJson());
        return embedded;
    }

    private ObjectNode read(Path file, PublishedFlags.Network network) {
        return PublishedFlags.read(file, network, spec.commandLine().getErr()::println);
    }
}
