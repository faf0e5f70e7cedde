package io.adm4j.harness.cli.command;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.console.StopNotice;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.FeatureKeepingOptions;
import io.adm4j.harness.cli.option.FeatureSourceOptions;
import io.adm4j.harness.cli.option.LabeledImageOptions;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.SampleChoiceOptions;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.run.Evaluator;
import io.adm4j.harness.evaluation.run.ExistingSamples;
import io.adm4j.harness.evaluation.run.FeatureExtraction;
import io.adm4j.harness.evaluation.run.FeatureKeeping;
import io.adm4j.io.OutputPath;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code harness features}: extracts the features of images into a file. */
@Command(
        name = "features",
        description =
                "Writes the features of images to a file, which eval and reference take in place of the images, without"
                        + " the feature network.",
        footer = {
            "",
            "The file has the names of the published graph and reference batches: pool_3 (features), spatial and"
                    + " softmax where the network gives them, arr_1 (labels), mu, sigma, mu_s and sigma_s."
        })
public final class FeaturesCommand implements Runnable {
    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description =
                    "Images: an npz with arr_0, an npy, a folder, zip or tar of image files (with or without sub-folders),"
                            + " a Parquet file, or a folder of MNIST-style IDX files; docs/data.md lists all forms.")
    private Path data;

    @ArgGroup(validate = false, heading = Section.IMAGES)
    private LabeledImageOptions images = new LabeledImageOptions();

    @Mixin
    private FeatureSourceOptions source;

    @Option(names = "--out", paramLabel = "FILE.npz", required = true, description = "The file of features.")
    private Path out;

    @Option(
            names = "--samples",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            description = "A choice of N of the images (default: all of them).")
    private Integer samples;

    @Mixin
    private SampleChoiceOptions choice;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the choice (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--split",
            paramLabel = "PART",
            defaultValue = "TEST",
            description = "Part of IDX files: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private Split split;

    @ArgGroup(validate = false, heading = Section.KEEPING)
    private FeatureKeepingOptions keeping = new FeatureKeepingOptions();

    /** What may be replaced. */
    private static final class Output {
        @Option(names = "--force", description = "Replace --out even if it is no file of features.")
        private boolean force;
    }

    @ArgGroup(validate = false, heading = Section.OUTPUT)
    private Output output = new Output();

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private DeviceOptions runtime = new DeviceOptions();

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "64",
            description = "Images that go through the network at once (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        OutputPath file = new OutputPath("--out", out);
        file.requireEnding(".npz", "an npz file");
        file.requireFile();
        file.requireOtherThan(data);
        if (!output.force) {
            file.requireOwn(FeatureFile::is, "a file of features");
        }
        if (FeatureFile.is(data)) {
            throw new UserError("--data " + data + " holds features already: name the images that they are to be of.");
        }
        images.requireLabelsFor(List.of(data));
        source.requireOneNetwork();
        Consumer<String> warnings = spec.commandLine().getErr()::println;
        FeatureKeeping kept = new FeatureKeeping(keeping.cache(), Optional.empty(), warnings);
        Optional<ModelBundle> bundle = source.features().isPresent() ? Optional.empty() : Optional.of(source.bundle());
        EvaluatorSettings settings = EvaluatorSettings.published().withBatchSize(batchSize);
        try (Evaluator evaluator = Evaluator.open(
                        source.network(bundle), runtime.device, runtime.threads, source.resize(), settings);
                StopNotice notice =
                        StopNotice.of(spec.commandLine().getErr(), "Stopped; the features were not written.")) {
            source.requireUse(evaluator);
            ExistingSamples set = ExistingSamples.open(
                    data,
                    images.of(data, DatasetOptions.AS_STORED, split)
                            .withChannels(evaluator.channels())
                            .withCommon(evaluator.commonSize()),
                    choice.of(samples, seed),
                    false,
                    warnings);
            source.requireSize(evaluator, bundle, set, "in " + data);
            file.requireRoom(2L * set.count() * evaluator.bytesPerImage());
            FeatureFile written = new FeatureExtraction(
                            evaluator,
                            source.networkName(bundle),
                            Optional.empty(),
                            kept,
                            ConsoleProgress.onStandardError())
                    .write(set, out);
            say(written);
        }
    }

    private void say(FeatureFile written) {
        PrintWriter console = spec.commandLine().getOut();
        console.println("Written: " + out + " (" + Count.of(written.dimension(), "feature")
                + (written.hasSpatial() ? ", spatial features" : "")
                + (written.hasClasses() ? ", class probabilities" : "") + " of "
                + Count.of(written.count(), "image") + ")");
        if (!written.hasSpatial()) {
            console.println("Without sFID: the network gives no spatial features.");
        }
        if (!written.hasClasses()) {
            console.println("Without the Inception Score: the network gives no class probabilities.");
        }
        console.flush();
    }
}
