package io.adm4j.harness.cli.command;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.console.ExitCode;
import io.adm4j.harness.cli.console.StopNotice;
import io.adm4j.harness.cli.option.BaselineOptions;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.EvalSamplingOptions;
import io.adm4j.harness.cli.option.UpsamplerOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.evaluation.features.FeatureExtractor;
import io.adm4j.harness.evaluation.result.Evaluation;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.FeatureNetwork;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.run.EvaluationRun;
import io.adm4j.harness.evaluation.run.Evaluator;
import io.adm4j.harness.evaluation.run.GivenSamples;
import io.adm4j.harness.evaluation.run.LibraryVersions;
import io.adm4j.harness.evaluation.run.ReferenceImages;
import io.adm4j.harness.evaluation.run.SampleSet;
import io.adm4j.harness.evaluation.run.WorkFolder;
import io.adm4j.harness.report.BaselineGate;
import io.adm4j.harness.report.Comparison;
import io.adm4j.harness.report.ReportWriter;
import io.adm4j.io.Sha256;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.Upsampler;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code harness eval}: scores of samples, given or drawn by a bundle, against real images. */
@Command(
        name = "eval",
        description = "Scores samples against real images: FID, sFID, Inception Score, precision, recall and more. The"
                + " samples are given, or drawn from a bundle and scored in one go; a run that was interrupted goes on where"
                + " it was when the same command is given again.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:The scores are within the limits, or there are none.",
            "1:Something unexpected went wrong.",
            "2:The input cannot be used, or the baseline was measured otherwise.",
            "3:A score is worse than its limit allows."
        },
        footer = {
            "",
            "The features are those of a bundle's own classifier unless --features names another network; scores on such"
                    + " features compare only with each other."
        })
public final class EvalCommand implements Callable<Integer> {
    private static final int SAMPLES_AT_ONCE = 16;
    private static final int FEATURES_AT_ONCE = 64;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--bundle",
            paramLabel = "FOLDER",
            description =
                    "Bundle that draws the samples, and whose feature network and reference are used unless others are"
                            + " named (default: the embedded Fashion-MNIST bundle).")
    private Path bundle;

    @Option(
            names = "--features",
            paramLabel = "FILE",
            description =
                    "Another feature network: the ONNX file of harness import-features, or one of x [N,3,H,W] in [-1,1]"
                            + " to features [N,D] and logits [N,K].")
    private Path features;

    @Option(
            names = {"--samples-npz", "--pictures"},
            paramLabel = "PATH",
            description = "Given samples: an npz with uint8 images in arr_0, or a folder of image files.")
    private Path given;

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Samples to draw from the bundle; of given ones the first N (default: all of them).")
    private Integer samples;

    @Option(
            names = "--reference",
            paramLabel = "PATH",
            description =
                    "Real images: an npz as the published reference batches, a folder of image files (with or"
                            + " without sub-folders), or a folder of MNIST-style IDX files (default: reference.npz in the bundle).")
    private Path reference;

    @Option(
            names = "--split",
            defaultValue = "TEST",
            description = "Part of IDX files to compare with: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private Split split;

    @Mixin
    private EvalSamplingOptions drawing;

    @Mixin
    private UpsamplerOptions enlarging;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Images that go through a network at once (default: " + SAMPLES_AT_ONCE + " when drawing, "
                    + FEATURES_AT_ONCE + " for features).")
    private Integer batchSize;

    @Option(
            names = "--metrics",
            split = ",",
            defaultValue = "published",
            paramLabel = "NAME",
            description =
                    "published (inception_score, fid, sfid where the network allows, precision, recall), all (also"
                            + " fid_infinity, kid, density, coverage), or names separated by commas (default ${DEFAULT-VALUE}).")
    private List<String> metrics;

    @Option(
            names = "--bootstrap",
            defaultValue = "1000",
            paramLabel = "N",
            description =
                    "Resamples for the 95%% confidence interval of FID; 0 for none (default ${DEFAULT-VALUE}). Their"
                            + " number costs little, the interval some seconds at 2048 features.")
    private int bootstrap;

    @Option(names = "--per-class", description = "Score each class as well; samples and reference need labels.")
    private boolean perClass;

    @Option(
            names = "--k",
            defaultValue = "3",
            description = "Neighbour that sets the radius in precision and recall (default ${DEFAULT-VALUE}).")
    private int k;

    @Option(
            names = "--inception-split",
            defaultValue = "5000",
            description = "Images in a part of the Inception Score (default ${DEFAULT-VALUE}).")
    private int inceptionSplit;

    @Option(
            names = "--out",
            paramLabel = "PATH",
            description =
                    "Write the report: a folder for JSON, HTML, Markdown and JUnit XML, or a file that ends in .json.")
    private Path out;

    @Option(
            names = "--work",
            paramLabel = "FOLDER",
            description =
                    "Keeps what is finished until the report is written: drawn samples and features (default: work in"
                            + " the report's folder, else eval.work here; for given samples without --out nothing is kept).")
    private Path work;

    @ArgGroup(exclusive = false, heading = "%nComparison with an earlier run:%n")
    private BaselineOptions baseline = new BaselineOptions();

    @Mixin
    private DeviceOptions runtime;

    @Override
    public Integer call() {
        boolean sizes = (batchSize == null || batchSize >= 1) && (samples == null || samples >= 1);
        if (k < 1 || inceptionSplit < 1 || !sizes || runtime.threads < 0 || bootstrap < 0) {
            throw new UserError("--samples, --k, --inception-split and --batch-size are at least 1, --threads and"
                    + " --bootstrap at least 0.");
        }
        requireSamples();
        enlarging.check();
        if (out != null && !isJson(out) && Files.isRegularFile(out)) {
            throw new UserError("--out " + out + " is a file; name a folder, or a file that ends in .json.");
        }
        Optional<BaselineGate> gate = baseline.open();
        Source source = source();
        EvaluatorSettings settings = new EvaluatorSettings(
                k,
                inceptionSplit,
                batchSize == null ? FEATURES_AT_ONCE : batchSize,
                Metric.select(metrics),
                bootstrap,
                perClass);
        try (Evaluator evaluator = Evaluator.open(source.network(), runtime.device, runtime.threads, settings)) {
            if (metrics.contains(Metric.SFID.key()) && !evaluator.givesSpatial()) {
                throw new UserError("sFID takes features that keep their place, which " + source.name()
                        + " does not give; name the Inception network with --features, or leave sfid out.");
            }
            return given != null ? scoreGiven(evaluator, source, gate) : drawAndScore(evaluator, source, gate);
        }
    }

    private void requireSamples() {
        if (given != null) {
            EvalSamplingOptions.requireNone(spec.commandLine().getParseResult());
        } else if (samples == null) {
            throw new UserError(
                    "Say what to score: --samples N draws N samples from the bundle, --samples-npz or --pictures"
                            + " names given ones.");
        }
        if (features != null && bundle != null && given != null) {
            throw new UserError("Give either --bundle or --features: both name a feature network.");
        }
    }

    /** The feature network, what to call it, the images it is meant for, what to compare with, and what may draw. */
    private record Source(Path network, String name, int imageSize, Path reference, Optional<ModelBundle> bundle) {}

    private Source source() {
        if (features != null && given != null) {
            if (reference == null) {
                throw new UserError("Give --reference with the images to compare with.");
            }
            return new Source(features, name(features), FeatureExtractor.ANY_SIZE, reference, Optional.empty());
        }
        ModelBundle loaded = ModelBundle.load(bundle == null ? EmbeddedBundle.folder() : bundle);
        if (features != null) {
            return new Source(
                    features, name(features), FeatureExtractor.ANY_SIZE, referenceOf(loaded), Optional.of(loaded));
        }
        if (!loaded.has(ModelBundle.FEATURES)) {
            throw new UserError("The bundle " + loaded.folder()
                    + " has no feature network; name one with --features, or export the bundle with one.");
        }
        return new Source(
                loaded.path(ModelBundle.FEATURES),
                "the feature network of bundle " + loaded.manifest().name(),
                loaded.manifest().imageSize(),
                referenceOf(loaded),
                Optional.of(loaded));
    }

    private static String name(Path network) {
        return network.getFileName().toString();
    }

    private Path referenceOf(ModelBundle loaded) {
        if (reference != null) {
            return reference;
        }
        Path own = loaded.folder().resolve(EmbeddedBundle.REFERENCE);
        if (!Files.isRegularFile(own)) {
            throw new UserError("Give --reference with the images to compare with: the bundle " + loaded.folder()
                    + " has no " + EmbeddedBundle.REFERENCE + ".");
        }
        return own;
    }

    private int scoreGiven(Evaluator evaluator, Source source, Optional<BaselineGate> gate) {
        OptionalInt wanted = samples == null ? OptionalInt.empty() : OptionalInt.of(samples);
        SampleSet found = GivenSamples.open(given, split, wanted);
        try (WorkFolder kept = work == null && out == null ? null : WorkFolder.open(workFolder())) {
            return score(evaluator, source, gate, List.of(found), Optional.empty(), Optional.ofNullable(kept));
        }
    }

    private int drawAndScore(Evaluator evaluator, Source source, Optional<BaselineGate> gate) {
        ModelBundle model = source.bundle().orElseThrow();
        if (model.manifest().smallSize().isPresent()) {
            throw new UserError("The bundle " + model.folder()
                    + " is an upsampler, which only enlarges images: name it with --upsampler, and in --bundle the model"
                    + " that draws them.");
        }
        try (SamplingPipeline pipeline = SamplingPipeline.open(model, runtime.device, runtime.threads);
                Upsampler upsampler = enlarging.given() ? enlarging.open(runtime) : null;
                WorkFolder kept = WorkFolder.open(workFolder())) {
            if (upsampler != null) {
                upsampler.requireClasses(model.manifest());
            }
            Model drawnBy = describe(model, upsampler);
            List<SampleSet> sets = drawing.sources(
                    pipeline,
                    drawn -> upsampler == null
                            ? drawn
                            : enlarging.enlarged(drawn, upsampler, drawing.seed(), drawing.clipsDenoised()),
                    enlarging.settings(),
                    "bundle " + drawnBy.name(),
                    samples,
                    batchSize == null ? SAMPLES_AT_ONCE : batchSize,
                    kept);
            return score(evaluator, source, gate, sets, Optional.of(drawnBy), Optional.of(kept));
        }
    }

    private Model describe(ModelBundle model, Upsampler upsampler) {
        String name = model.manifest().name();
        String folder = model.folder().toString();
        return new Model(
                upsampler == null
                        ? name
                        : name + " enlarged by " + upsampler.manifest().name(),
                upsampler == null ? folder : folder + " + " + enlarging.bundle,
                Sha256.of(model.folder().resolve(ModelBundle.MANIFEST)),
                model.manifest().classes());
    }

    private Path workFolder() {
        if (work != null) {
            return work;
        }
        return out == null
                ? Path.of("eval.work")
                : isJson(out) ? out.resolveSibling(out.getFileName() + ".work") : out.resolve("work");
    }

    private static boolean isJson(Path path) {
        return path.getFileName().toString().endsWith(".json");
    }

    private int score(
            Evaluator evaluator,
            Source source,
            Optional<BaselineGate> gate,
            List<SampleSet> sets,
            Optional<Model> model,
            Optional<WorkFolder> kept) {
        int size = sets.get(0).imageSize();
        requireSize(evaluator, source, size);
        ReferenceImages real = ReferenceImages.open(source.reference(), split, size, evaluator);
        String checksum = Sha256.of(source.network());
        EvaluationRun run = new EvaluationRun(
                evaluator, checksum, real, kept, out != null && !isJson(out), ConsoleProgress.onStandardError());
        List<Result> results = new ArrayList<>();
        try (StopNotice notice = notice(kept)) {
            FeatureNetwork network = new FeatureNetwork(
                    source.name(), checksum, run.reference().statistics().dimension());
            gate.ifPresent(g -> g.requireComparable(network, real.describe(), evaluator.settings()));
            sets.forEach(set -> gate.ifPresent(g -> g.requireComparable(set.point(), announced(set))));
            for (SampleSet set : sets) {
                results.add(run.score(set, heading(set, results.size() + 1, sets.size())));
            }
            Evaluation report = new Evaluation(
                    Instant.now(),
                    LibraryVersions.adm4j(),
                    LibraryVersions.current(),
                    runtime.device.name().toLowerCase(Locale.ROOT),
                    runtime.threads == 0 ? Runtime.getRuntime().availableProcessors() : runtime.threads,
                    network,
                    real.describe(),
                    model,
                    evaluator.settings(),
                    results);
            int exitCode = publish(report, gate.map(g -> g.check(report)));
            kept.ifPresent(WorkFolder::clear);
            return exitCode;
        }
    }

    private void requireSize(Evaluator evaluator, Source source, int size) {
        int wanted = evaluator.imageSize() == FeatureExtractor.ANY_SIZE ? source.imageSize() : evaluator.imageSize();
        if (wanted != FeatureExtractor.ANY_SIZE && size != wanted) {
            throw new UserError("The images " + (given == null ? "of the bundle" : "in " + given) + " are " + size + "x"
                    + size + ", but the feature network takes " + wanted + "x" + wanted + ".");
        }
    }

    /** What is known of samples before they are drawn. */
    private ImageSet announced(SampleSet set) {
        return new ImageSet(String.valueOf(given), set.count(), set.imageSize(), Optional.empty());
    }

    private StopNotice notice(Optional<WorkFolder> kept) {
        return StopNotice.of(
                spec.commandLine().getErr(),
                kept.map(folder -> "Stopped; what is finished is in " + folder.path()
                                + ": give the same command again to go on from there.")
                        .orElse("Stopped; nothing is kept. With --out or --work a run goes on where it was."));
    }

    private static String heading(SampleSet set, int number, int of) {
        if (set.point().isEmpty()) {
            return "Samples";
        }
        SamplingPoint point = set.point().get();
        return of == 1
                ? "Sampling"
                : String.format(
                        Locale.ROOT,
                        "Sampling %d/%d (steps %s, scale %s)",
                        number,
                        of,
                        point.steps(),
                        point.classifierScale());
    }

    /** Prints and writes the report; the exit code says whether the figures may be this bad. */
    private int publish(Evaluation report, Optional<Comparison> comparison) {
        PrintWriter printer = spec.commandLine().getOut();
        ReportWriter writer = new ReportWriter(report, comparison);
        writer.print(printer);
        if (out != null) {
            writer.write(out);
            printer.println("Written: " + out);
        }
        printer.flush();
        Optional<String> failure = comparison.flatMap(Comparison::failure);
        failure.ifPresent(spec.commandLine().getErr()::println);
        return failure.isPresent() ? ExitCode.REGRESSION : 0;
    }
}
