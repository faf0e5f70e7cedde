package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bench.BenchSettings;
import io.adm4j.harness.bench.BenchTarget;
import io.adm4j.harness.bench.Benchmark;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.bundle.GuidanceFit;
import io.adm4j.harness.bundle.PublishedFlags;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.option.EngineOptions;
import io.adm4j.harness.cli.option.PrecisionOption;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.TimesOption;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.runtime.TrainingSession;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures networks on this machine. */
@Command(
        name = "bench",
        description =
                "Measures the time of one evaluation of the denoiser, alone and with its vector-Jacobian product, one guided DDIM"
                        + " step and whole training steps"
                        + " (forward, backward, AdamW, moving average). The networks have the given flags and fresh weights.",
        subcommands = {
            BenchFeaturesCommand.class,
            BenchMetricsCommand.class,
            BenchPlanCommand.class,
            BenchServeCommand.class,
            BenchSoakCommand.class,
            BenchTrainingCommand.class
        })
public final class BenchCommand implements Runnable {
    @Option(
            names = "--flags",
            paramLabel = "FILE",
            description = "Published flags of the denoiser or upsampler as JSON.")
    private Path flags;

    @Option(
            names = "--classifier-flags",
            paramLabel = "FILE",
            description = "Published flags of the classifier as JSON.")
    private Path classifierFlags;

    @Option(
            names = "--bundle",
            paramLabel = "FOLDER",
            description = "Without --flags: take the flags of this bundle's networks (default: the embedded one).")
    private Path bundle;

    @Option(
            names = "--measure",
            split = ",",
            paramLabel = "NAME",
            description =
                    "What to measure: forward, vjp (the denoiser with its vector-Jacobian product), guided, training (of the denoiser or upsampler), classifier (its training); default: all"
                            + " that the flags and this machine allow.")
    private List<BenchTarget> targets;

    @Option(
            names = "--squared-error",
            description = "Train on the squared error of the noise alone, as harness/bench/torch_peer.py does.")
    private boolean squaredError;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "16",
            description = "Images per run (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            converter = Range.AtLeastZero.class,
            defaultValue = "3",
            description = "Runs before the timed ones (default ${DEFAULT-VALUE}).")
    private int warmUps;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "10",
            description = "Timed runs (default ${DEFAULT-VALUE}).")
    private int repeats;

    @Mixin
    private TimesOption times;

    @Mixin
    private PrecisionOption precision;

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private EngineOptions runtime = new EngineOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        times.check(flags, classifierFlags);
        BenchSettings settings = settings();
        List<BenchTarget> chosen = chosen(settings);
        Benchmark benchmark = Benchmark.run(settings, chosen, ConsoleProgress.onStandardError());
        PrintWriter console = spec.commandLine().getOut();
        console.print(benchmark.table());
        console.flush();
        times.write(benchmark.json());
    }

    private BenchSettings settings() {
        ObjectNode network;
        ObjectNode classifier =
                classifierFlags == null ? null : flags(classifierFlags, PublishedFlags.Network.CLASSIFIER);
        if (flags != null) {
            if (bundle != null) {
                throw new UserError("Give either --flags or --bundle: both name the denoiser to measure.");
            }
            network = flags(flags, PublishedFlags.Network.DENOISER);
        } else {
            Manifest manifest = ModelBundle.load(bundle == null ? EmbeddedBundle.folder() : bundle)
                    .manifest();
            network = manifest.denoiser().deepCopy();
            network.setAll(manifest.diffusion().toJson());
            if (classifier == null) {
                classifier = manifest.classifier().orElse(null);
            }
        }
        if (precision.precision == Precision.FP16_WEIGHTS) {
            throw new UserError("--precision fp16-weights computes as fp32 does: name that one.");
        }
        // The published flag; training is in float32 whatever it says.
        network.put("use_fp16", precision.precision == Precision.FP16);
        return new BenchSettings(
                network,
                classifier,
                squaredError,
                batchSize,
                runtime.engine(),
                runtime.device,
                runtime.threads,
                warmUps,
                repeats);
    }

    private ObjectNode flags(Path file, PublishedFlags.Network network) {
        return PublishedFlags.read(file, network, spec.commandLine().getErr()::println);
    }

    /** The targets to measure, each once, in order; refused where the flags do not allow one. */
    private List<BenchTarget> chosen(BenchSettings settings) {
        UNetConfig denoiser = UNetConfig.fromFlags(settings.flags());
        boolean guided = settings.classifierFlags() != null;
        if (targets != null && targets.contains(BenchTarget.GUIDED) && !guided) {
            throw new UserError("A guided step needs a classifier: give --classifier-flags FILE.");
        }
        if (targets != null && targets.contains(BenchTarget.CLASSIFIER) && !guided) {
            throw new UserError("A training step of the classifier needs one: give --classifier-flags FILE.");
        }
        if (targets != null && targets.contains(BenchTarget.VJP) && denoiser.superResolution()) {
            throw new UserError(
                    "--measure vjp is for denoisers, and these are the flags of an upsampler: leave it out.");
        }
        if (guided) {
            GuidanceFit.check(denoiser, ClassifierConfig.fromFlags(settings.classifierFlags()));
        }
        Set<BenchTarget> possible = new LinkedHashSet<>(targets == null ? List.of(BenchTarget.values()) : targets);
        if (denoiser.superResolution()) {
            possible.remove(BenchTarget.VJP);
        }
        if (!guided) {
            possible.remove(BenchTarget.GUIDED);
            possible.remove(BenchTarget.CLASSIFIER);
        }
        if (targets == null && settings.engine() == EngineKind.ORT && !TrainingSession.isAvailable()) {
            possible.remove(BenchTarget.TRAINING);
            possible.remove(BenchTarget.CLASSIFIER);
        }
        return List.copyOf(possible);
    }
}
