package io.adm4j.harness;

import io.adm4j.harness.data.Checksums;
import io.adm4j.harness.data.DataOptions;
import io.adm4j.harness.data.PictureStream;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.metrics.Evaluator;
import io.adm4j.harness.metrics.EvaluatorSettings;
import io.adm4j.harness.metrics.FeatureExtractor;
import io.adm4j.harness.metrics.MeasuredPictures;
import io.adm4j.harness.metrics.Scores;
import io.adm4j.harness.report.BaselineGate;
import io.adm4j.harness.report.Comparison;
import io.adm4j.harness.report.EvaluationReport;
import io.adm4j.harness.report.FeatureNetwork;
import io.adm4j.harness.report.LibraryVersions;
import io.adm4j.harness.report.PictureSet;
import io.adm4j.harness.report.Result;
import io.adm4j.model.ModelBundle;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code harness eval}: FID, precision, recall and an Inception-style score of samples against real pictures. */
@Command(
        name = "eval",
        description = "Scores samples against real pictures: FID, precision, recall, Inception-style score.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The features are those of a bundle's own classifier unless --features names another network;",
            "scores on such features compare only with each other."
        })
public final class EvalCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--bundle",
            paramLabel = "FOLDER",
            description = "Bundle whose feature network is used (default: the embedded Fashion-MNIST bundle).")
    private Path bundle;

    @Option(
            names = "--features",
            paramLabel = "FILE",
            description = "Another feature network: ONNX, x [N,3,H,W] in [-1,1] to features [N,D] and logits [N,K].")
    private Path features;

    @Option(
            names = {"--samples-npz", "--pictures"},
            paramLabel = "PATH",
            required = true,
            description = "Samples: an npz with uint8 pictures in arr_0, or a folder of picture files.")
    private Path samples;

    @Option(
            names = "--reference",
            paramLabel = "PATH",
            description = "Real pictures: an npz, a folder of picture files (with or without sub-folders), or a folder"
                    + " of MNIST-style IDX files (default: reference.npz in the bundle).")
    private Path reference;

    @Option(
            names = "--split",
            defaultValue = "TEST",
            description = "Part of IDX files to compare with: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private Split split;

    @Option(
            names = "--k",
            defaultValue = "3",
            description = "Neighbour that sets the radius in precision and recall (default ${DEFAULT-VALUE}).")
    private int k;

    @Option(
            names = "--inception-split",
            defaultValue = "5000",
            description = "Pictures in a part of the Inception-style score (default ${DEFAULT-VALUE}).")
    private int inceptionSplit;

    @Option(
            names = "--batch-size",
            defaultValue = "64",
            description = "Pictures that go through the network at once (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--out",
            paramLabel = "PATH",
            description = "Write a report: a folder, which gets report.html, report.json, report.md and junit.xml; or a file"
                    + " that ends in .json.")
    private Path out;

    @Mixin
    private BaselineOptions baseline;

    @Mixin
    private DeviceOptions runtime;

    @Override
    public Integer call() {
        if (k < 1 || inceptionSplit < 1 || batchSize < 1 || runtime.threads < 0) {
            throw new UserError("--k, --inception-split and --batch-size are at least 1, --threads at least 0.");
        }
        long begin = System.nanoTime();
        EvaluatorSettings settings = new EvaluatorSettings(
                k, inceptionSplit, batchSize, EvaluatorSettings.PUBLISHED_METRICS, 0, false);
        Optional<BaselineGate> gate = baseline.open();
        Source source = source();
        try (Evaluator evaluator = Evaluator.open(source.network(), runtime.device, runtime.threads, settings)) {
            int size = evaluator.imageSize() == FeatureExtractor.ANY_SIZE ? source.imageSize() : evaluator.imageSize();
            // Samples are scored as they are; only real pictures are brought to size.
            try (PictureStream sampleStream = PictureStream.open(samples, new DataOptions(DataOptions.AS_STORED, split))) {
                requireSize(sampleStream, size);
                try (PictureStream referenceStream =
                        PictureStream.open(source.reference(), new DataOptions(sampleStream.imageSize(), split))) {
                    EvaluationReport report = score(evaluator, settings, source, sampleStream, referenceStream, begin);
                    return finish(report, gate.map(g -> g.check(report)));
                }
            }
        }
    }

    private EvaluationReport score(
            Evaluator evaluator,
            EvaluatorSettings settings,
            Source source,
            PictureStream sampleStream,
            PictureStream referenceStream,
            long begin) {
        MeasuredPictures measuredSamples = measure(evaluator, "Samples", sampleStream);
        MeasuredPictures measuredReference = measure(evaluator, "Reference", referenceStream);
        Scores scores = compare(evaluator, measuredReference, measuredSamples);
        return new EvaluationReport(
                Instant.now(),
                LibraryVersions.adm4j(),
                LibraryVersions.current(),
                runtime.device.name().toLowerCase(Locale.ROOT),
                runtime.threads == 0 ? Runtime.getRuntime().availableProcessors() : runtime.threads,
                new FeatureNetwork(source.name(), Checksums.of(source.network()), scores.featureCount()),
                describe(source.reference(), referenceStream),
                Optional.empty(),
                settings,
                List.of(new Result(
                        Optional.empty(),
                        describe(samples, sampleStream),
                        scores,
                        (System.nanoTime() - begin) / 1e9,
                        Optional.empty())));
    }

    /** Prints and writes the report; the exit code says whether it is worse than the baseline allows. */
    private int finish(EvaluationReport report, Optional<Comparison> comparison) {
        PrintWriter printer = spec.commandLine().getOut();
        report.lines(comparison).forEach(printer::println);
        if (out != null) {
            report.write(out, comparison);
            printer.println("Written: " + out);
        }
        printer.flush();
        Optional<String> failure = comparison.flatMap(Comparison::failure);
        failure.ifPresent(spec.commandLine().getErr()::println);
        return failure.isPresent() ? Harness.REGRESSION : 0;
    }

    private void requireSize(PictureStream stream, int size) {
        if (size != FeatureExtractor.ANY_SIZE && stream.imageSize() != size) {
            throw new UserError("The pictures in " + samples + " are " + stream.imageSize() + "x" + stream.imageSize()
                    + ", but the feature network takes " + size + "x" + size + ".");
        }
    }

    private static MeasuredPictures measure(Evaluator evaluator, String what, PictureStream stream) {
        try (Progress progress = Progress.start(what, stream.size(), "pictures")) {
            return evaluator.measure(stream, progress::step);
        }
    }

    private static Scores compare(Evaluator evaluator, MeasuredPictures reference, MeasuredPictures samples) {
        long pairs = evaluator.pairs(reference, samples);
        try (Progress progress = Progress.start("Comparing", pairs, "pairs")) {
            return evaluator.compare(reference, samples, progress::step);
        }
    }

    private static PictureSet describe(Path path, PictureStream stream) {
        return new PictureSet(path.toString(), stream.size(), stream.imageSize(), stream.checksum());
    }

    /** The feature network, what to call it, the pictures it is meant for and what to compare with. */
    private record Source(Path network, String name, int imageSize, Path reference) {}

    private Source source() {
        if (features != null) {
            if (bundle != null) {
                throw new UserError("Give either --bundle or --features: both name a feature network.");
            }
            if (reference == null) {
                throw new UserError("Give --reference with the pictures to compare with.");
            }
            return new Source(features, features.getFileName().toString(), FeatureExtractor.ANY_SIZE, reference);
        }
        ModelBundle loaded = ModelBundle.load(bundle == null ? EmbeddedBundle.folder() : bundle);
        if (!loaded.has(ModelBundle.FEATURES)) {
            throw new UserError("The bundle " + loaded.folder()
                    + " has no feature network; name one with --features, or export the bundle with one.");
        }
        return new Source(
                loaded.path(ModelBundle.FEATURES),
                "the feature network of bundle " + loaded.manifest().name(),
                loaded.manifest().imageSize(),
                referenceOf(loaded));
    }

    private Path referenceOf(ModelBundle loaded) {
        if (reference != null) {
            return reference;
        }
        Path own = loaded.folder().resolve(EmbeddedBundle.REFERENCE);
        if (!Files.isRegularFile(own)) {
            throw new UserError("Give --reference with the pictures to compare with: the bundle " + loaded.folder()
                    + " has no " + EmbeddedBundle.REFERENCE + ".");
        }
        return own;
    }
}
