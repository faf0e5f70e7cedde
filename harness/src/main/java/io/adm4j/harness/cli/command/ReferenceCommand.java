package io.adm4j.harness.cli.command;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.console.StopNotice;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.FeatureSourceOptions;
import io.adm4j.harness.cli.option.ImageOptions;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.ReferenceBatch;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.run.Evaluator;
import io.adm4j.io.OutputPath;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code harness reference}: makes a reference batch of images. */
@Command(
        name = "reference",
        description =
                "Makes a reference batch for eval from images: the mean and covariance of the features of all of them,"
                        + " and a random choice of the images.",
        footer = {
            "",
            "The file has the published layout (mu, sigma, mu_s, sigma_s, arr_0, labels in arr_1), so the published"
                    + " evaluator reads it too if the features are those of its own network ('harness import-features')."
                    + " FID and sFID then compare with all images, precision and recall with those in the file."
        })
public final class ReferenceCommand implements Runnable {
    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description =
                    "Images: an npz with arr_0, an npy, a folder, zip or tar of image files (with or without sub-folders), several"
                            + " tars as a pattern, Parquet files, a CSV file of paths, or a folder of MNIST-style IDX files; docs/data.md lists"
                            + " all forms. Or a file of harness features, which gives statistics alone.")
    private Path data;

    @ArgGroup(validate = false, heading = Section.IMAGES)
    private ImageOptions images = new ImageOptions();

    @Mixin
    private FeatureSourceOptions source;

    @Option(names = "--out", paramLabel = "FILE.npz", required = true, description = "The reference batch.")
    private Path out;

    @Option(
            names = "--size",
            converter = Range.AtLeastOne.class,
            paramLabel = "PIXELS",
            description =
                    "Height and width to which images are resized before the network sees them: that of your samples"
                            + " (default: what the network takes, or as they are).")
    private Integer size;

    @Option(
            names = "--split",
            paramLabel = "PART",
            defaultValue = "TRAIN",
            description = "Part of IDX files: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private Split split;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "64",
            description = "Images that go through the network at once (default ${DEFAULT-VALUE}).")
    private int batchSize;

    /** What the file gets. */
    private static final class Output {
        @Option(
                names = "--pictures",
                paramLabel = "N",
                converter = Range.AtLeastZero.class,
                defaultValue = "10000",
                description =
                        "Images kept in the file, for precision, recall and the like (default ${DEFAULT-VALUE}; 0 keeps"
                                + " statistics alone).")
        private int kept;

        @Option(
                names = "--seed",
                paramLabel = "N",
                defaultValue = "0",
                description = "Seed of the choice of images that are kept (default ${DEFAULT-VALUE}).")
        private long seed;

        @Option(
                names = "--force",
                description =
                        "Replace --out even if it is the source of the images, or no reference batch of this command.")
        private boolean force;
    }

    @ArgGroup(validate = false, heading = Section.OUTPUT)
    private Output output = new Output();

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private DeviceOptions runtime = new DeviceOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (!out.getFileName().toString().endsWith(".npz")) {
            throw new UserError(
                    "A reference batch is an npz file: let --out end in .npz, not " + out.getFileName() + ".");
        }
        OutputPath file = new OutputPath("--out", out);
        file.requireFile();
        if (!output.force) {
            file.requireOtherThan(data);
            file.requireOwn(ReferenceBatch::isOurs, "a reference batch of this command");
        }
        EvaluatorSettings settings = EvaluatorSettings.published().withBatchSize(batchSize);
        if (FeatureFile.is(data)) {
            writeOfFeatures(FeatureFile.open(data), settings);
            return;
        }
        try (Evaluator evaluator =
                        Evaluator.open(network(), runtime.device, runtime.threads, source.resize(), settings);
                ImageStream stream = ImageStream.open(
                        data,
                        images.of(imageSize(evaluator), split)
                                .withChannels(evaluator.channels())
                                .withCommon(evaluator.commonSize()),
                        spec.commandLine().getErr()::println);
                StopNotice notice =
                        StopNotice.of(spec.commandLine().getErr(), "Stopped; the reference batch was not written.")) {
            file.requireRoom((long) stream.channels()
                    * Math.min(output.kept, stream.size())
                    * stream.imageSize()
                    * stream.width());
            makeParent();
            int length;
            try (Progress progress = ConsoleProgress.onStandardError().start("Images", stream.size(), "images")) {
                length = evaluator.writeReference(out, stream, output.kept, output.seed, progress::step);
            }
            PrintWriter console = spec.commandLine().getOut();
            if (stream.size() <= length) {
                console.println("Warning: statistics of " + stream.size() + " images on " + length
                        + " features: the covariance lacks rank, so FID will be far too large to compare with others;"
                        + " take more images than features.");
            }
            console.println("Written: " + out + " (statistics of " + length + " features of " + stream.size()
                    + " images, and " + Math.min(output.kept, stream.size()) + " of them)");
            console.flush();
        }
    }

    /** Needs no network; one that is named must be that of the features. */
    private void writeOfFeatures(FeatureFile features, EvaluatorSettings settings) {
        if (spec.commandLine().getParseResult().hasMatchedOption("--pictures") && output.kept > 0) {
            throw new UserError("--pictures keeps images, and " + data + " holds features alone: leave it out.");
        }
        makeParent();
        try (Evaluator evaluator = source.given()
                        ? Evaluator.open(network(), runtime.device, runtime.threads, source.resize(), settings)
                        : Evaluator.ofFeatures(features, runtime.threads, settings);
                Progress progress = ConsoleProgress.onStandardError().start("Features", features.count(), "images")) {
            evaluator.writeReference(out, features, progress::step);
        }
        PrintWriter console = spec.commandLine().getOut();
        console.println("Written: " + out + " (statistics of " + features.dimension() + " features of "
                + features.count() + " images)");
        console.println("Only FID and sFID can be computed with it; for the other scores give " + data
                + " itself as --reference.");
        console.flush();
    }

    private int imageSize(Evaluator evaluator) {
        source.requireUse(evaluator);
        if (evaluator.takesAnySize()) {
            return size == null ? DatasetOptions.ANY_SHAPE : size;
        }
        int height = evaluator.imageHeight();
        int width = evaluator.imageWidth();
        if (size != null && (size != height || size != width)) {
            throw new UserError("The feature network takes images of " + width + "x" + height + ", not of " + size + "x"
                    + size + "; leave out --size, or give --resize.");
        }
        // Arrays of another shape are refused by the network; files are brought to a square.
        return height == width ? height : DatasetOptions.ANY_SHAPE;
    }

    private Path network() {
        source.requireOneNetwork();
        return source.features().orElseGet(() -> FeatureSourceOptions.networkOf(source.bundle()));
    }

    private void makeParent() {
        try {
            Files.createDirectories(out.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new UserError("Cannot write to " + out + ": " + e.getMessage() + ".", e);
        }
    }
}
