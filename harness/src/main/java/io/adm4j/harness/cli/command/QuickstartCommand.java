package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ShortDecimal;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.option.QuickstartSamplingOptions;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.EncodedImage;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.run.EvaluationRun;
import io.adm4j.harness.evaluation.run.Evaluator;
import io.adm4j.harness.evaluation.run.ExistingSamples;
import io.adm4j.harness.evaluation.run.ReferenceImages;
import io.adm4j.harness.evaluation.run.ReportDetail;
import io.adm4j.harness.report.QuickstartReport;
import io.adm4j.harness.report.ReportWriter;
import io.adm4j.harness.report.ScaleResult;
import io.adm4j.harness.restoration.RestorationExample;
import io.adm4j.harness.restoration.RestorationExamples;
import io.adm4j.harness.sampling.FunctionProcess;
import io.adm4j.io.ImageGrid;
import io.adm4j.io.Npz;
import io.adm4j.io.PngWriter;
import io.adm4j.runtime.Device;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole path on the embedded bundle: the function samples, the feature network scores, a page shows both. */
@Command(
        name = "quickstart",
        description =
                "Samples all classes of the embedded bundle through the function at several classifier scales, scores"
                        + " the images and writes report.html.")
public final class QuickstartCommand implements Runnable {
    private static final int GRID_COLUMNS = 10;
    private static final int IMAGES_PER_REQUEST = 20;
    private static final int RESTORED_IMAGES = 8;
    /** For the interval of FID. */
    private static final int RESAMPLES = 200;

    private static final Set<Metric> METRICS =
            EnumSet.of(Metric.INCEPTION_SCORE, Metric.FID, Metric.PRECISION, Metric.RECALL);

    @Option(
            names = "--out",
            defaultValue = "quickstart",
            paramLabel = "FOLDER",
            description = "Where the report goes (default ${DEFAULT-VALUE}).")
    private Path out;

    @Option(names = "--bundle", paramLabel = "FOLDER", description = "Model bundle (default: the embedded one).")
    private Path bundle;

    @Option(
            names = "--samples",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "800",
            description = "Images per scale, as many of each class (default ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the first image (default ${DEFAULT-VALUE}).")
    private long seed;

    @ArgGroup(validate = false, heading = Section.SAMPLING)
    private QuickstartSamplingOptions sampling = new QuickstartSamplingOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        ModelBundle model = ModelBundle.load(bundle == null ? EmbeddedBundle.folder() : bundle);
        Manifest manifest = model.manifest();
        List<SamplingSettings> scales = sampling.settings(SamplingDefaults.of(manifest));
        int classes =
                manifest.classCount().orElseThrow(() -> new UserError("The quickstart needs a bundle with classes."));
        int perClass = Math.max(1, samples / classes);
        PrintWriter console = spec.commandLine().getOut();
        createFolder();
        console.println(describe(manifest));
        console.flush();
        List<Double> seconds = sample(model, scales, classes, perClass);
        EvaluationReport evaluation = evaluate(model, scales);
        console.println();
        new ReportWriter(evaluation, Optional.empty()).print(console);
        List<ScaleResult> results = new ArrayList<>();
        for (int i = 0; i < scales.size(); i++) {
            byte[] grid = grid(Npz.read(file(scales.get(i))).get("arr_0"), classes, perClass);
            write(out.resolve("grid-scale-" + scales.get(i).classifierScale() + ".png"), grid);
            results.add(new ScaleResult(
                    evaluation.results().get(i), evaluation.reference().count(), seconds.get(i), grid));
        }
        Path report = out.resolve("report.html");
        new QuickstartReport(
                        manifest.name(),
                        results,
                        evaluation.comparisons(),
                        manifest.classes(),
                        restored(model),
                        settings(scales.get(0), classes * perClass),
                        manifest.provenance())
                .write(report);
        console.println("Written: " + report + " (open it), and the images beside it");
        console.flush();
    }

    /** The file of the samples of one scale. */
    private Path file(SamplingSettings settings) {
        return out.resolve("samples-scale-" + settings.classifierScale() + ".npz");
    }

    /** Writes the samples of all scales; gives the seconds that each took. */
    private List<Double> sample(ModelBundle model, List<SamplingSettings> scales, int classes, int perClass) {
        List<Double> seconds = new ArrayList<>();
        try (FunctionProcess function =
                        FunctionProcess.start(builtFunction(), model.folder(), out.resolve("function.log"));
                Progress progress = ConsoleProgress.onStandardError()
                        .start("Sampling", (long) scales.size() * classes * perClass, "images")) {
            for (SamplingSettings scale : scales) {
                progress.message("classifier scale " + scale.classifierScale());
                long start = System.nanoTime();
                Tensor images = sample(function, model.manifest(), scale, classes, perClass, progress);
                seconds.add((System.nanoTime() - start) / 1e9);
                Npz.write(file(scale), Map.of("arr_0", images));
            }
        }
        return seconds;
    }

    /** The function of this build, which bin/harness passes on; by default that of the source tree. */
    static Path builtFunction() {
        return Path.of(System.getProperty("adm4j.function", "function/target/quarkus-app/quarkus-run.jar"));
    }

    /** Scores the samples of all scales, in their order, against the bundle's reference. */
    private EvaluationReport evaluate(ModelBundle model, List<SamplingSettings> scales) {
        EvaluatorSettings scoring = new EvaluatorSettings(
                EvaluatorSettings.PUBLISHED_K,
                EvaluatorSettings.PUBLISHED_INCEPTION_SPLIT,
                64,
                METRICS,
                RESAMPLES,
                false);
        try (Evaluator evaluator = Evaluator.open(model.path(ModelBundle.FEATURES), Device.CPU, 0, scoring)) {
            ReferenceImages reference = ReferenceImages.open(
                    model.path(EmbeddedBundle.REFERENCE),
                    new DatasetOptions(model.manifest().imageSize(), Split.TEST).withChannels(evaluator.channels()),
                    evaluator,
                    spec.commandLine().getErr()::println);
            EvaluationRun run = new EvaluationRun(
                    evaluator,
                    "the feature network of bundle " + model.manifest().name(),
                    model.manifest().classes(),
                    reference,
                    Optional.empty(),
                    ReportDetail.SCORES,
                    ConsoleProgress.onStandardError());
            List<ExistingSamples> sets = scales.stream()
                    .map(scale -> ExistingSamples.open(
                                    file(scale),
                                    new DatasetOptions(DatasetOptions.AS_STORED, Split.TEST)
                                            .withChannels(evaluator.channels()),
                                    Optional.empty(),
                                    false,
                                    spec.commandLine().getErr()::println)
                            .generatedAs(QuickstartSamplingOptions.point(scale, seed)))
                    .toList();
            return run.compare(sets.stream().map(List::of).toList(), Optional.empty());
        }
    }

    /** Images of one scale, class after class: uint8 [classes·perClass, H, W, C]. Seeds are the same at every scale. */
    private Tensor sample(
            FunctionProcess function,
            Manifest manifest,
            SamplingSettings settings,
            int classes,
            int perClass,
            Progress progress) {
        int size = manifest.imageSize();
        Tensor images = Tensor.zeros(ElementType.UINT8, (long) classes * perClass, size, size, manifest.channels());
        ByteBuffer target = images.bytes();
        for (int label = 0; label < classes; label++) {
            for (int from = 0; from < perClass; from += IMAGES_PER_REQUEST) {
                int count = Math.min(IMAGES_PER_REQUEST, perClass - from);
                ObjectNode request = QuickstartSamplingOptions.request(settings)
                        .put("label", String.valueOf(label))
                        .put("seed", seed + (long) label * perClass + from)
                        .put("count", count);
                for (JsonNode reply : function.sample(request).get("pictures")) {
                    target.put(pixels(reply, manifest.channels()));
                }
                progress.step(count);
            }
        }
        return images;
    }

    private static byte[] pixels(JsonNode reply, int channels) {
        try {
            return new EncodedImage(reply.get("png").binaryValue()).pixels(channels);
        } catch (IOException e) {
            throw new UserError("The function's answer holds no PNG image: " + e.getMessage() + ".", e);
        }
    }

    private void createFolder() {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new UserError("Cannot write to " + out + ": " + e.getMessage() + ".", e);
        }
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UserError("Cannot write to " + file + ": " + e.getMessage() + ".", e);
        }
    }

    /** A row per class. */
    private static byte[] grid(Tensor images, int classes, int perClass) {
        int columns = Math.min(GRID_COLUMNS, perClass);
        long[] shape = images.shape();
        shape[0] = (long) classes * columns;
        Tensor shown = Tensor.zeros(ElementType.UINT8, shape);
        ByteBuffer target = shown.bytes();
        for (int label = 0; label < classes; label++) {
            target.put(images.rows((long) label * perClass, (long) label * perClass + columns)
                    .bytes());
        }
        return PngWriter.encode(new ImageGrid(columns, 2, 2, 255).layOut(shown));
    }

    private static String describe(Manifest manifest) {
        return manifest.name() + ": " + manifest.imageSize() + "x" + manifest.imageSize() + " images of "
                + String.join(", ", manifest.classes());
    }

    /** Real images of the reference, damaged and restored; none, with a line that says why, where the model cannot do that. */
    private List<RestorationExample> restored(ModelBundle model) {
        Manifest manifest = model.manifest();
        try {
            Dataset images = Dataset.open(
                    model.path(EmbeddedBundle.REFERENCE),
                    new DatasetOptions(manifest.imageSize(), Split.TEST).withChannels(manifest.channels()));
            return new RestorationExamples(model, images, RESTORED_IMAGES)
                    .restore(seed, ConsoleProgress.onStandardError());
        } catch (UserError e) {
            spec.commandLine().getErr().println("The report has no restored images. " + e.getMessage());
            return List.of();
        }
    }

    private Map<String, String> settings(SamplingSettings first, int count) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("Images per scale", String.valueOf(count));
        settings.put(
                "Sampler",
                first.sampler() + ", " + first.steps() + " steps"
                        + (first.sampler().takesEta() ? ", eta " + ShortDecimal.of(first.eta()) : "")
                        + ", through the function over HTTP");
        settings.put("Seeds", seed + " and up, the same at every scale");
        settings.put("Scores", EvaluationReport.COMPARABILITY);
        return settings;
    }
}
