package io.adm4j.harness.evaluation;

import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.data.ArrayLayout;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.run.EvaluationRun;
import io.adm4j.harness.evaluation.run.Evaluator;
import io.adm4j.harness.evaluation.run.ReferenceImages;
import io.adm4j.harness.evaluation.run.ReportDetail;
import io.adm4j.harness.evaluation.run.SampleReader;
import io.adm4j.harness.evaluation.run.SampleSet;
import io.adm4j.runtime.Device;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Scores of stored samples against real images, as {@code harness eval} computes them, for other programs:
 *
 * <pre>{@code
 * EvaluationReport report = Evaluation.of(Path.of("samples.npz"))
 *         .against(Path.of("real.npz"))
 *         .on(Path.of("inception.onnx"))
 *         .run();
 * double fid = report.results().get(0).scores().value(Metric.FID);
 * }</pre>
 *
 * <p>Immutable: each method returns another evaluation, and nothing is read before {@link #run}.
 *
 * @param samples sets of samples, in any form that docs/data.md lists; each after the first is compared with the first
 * @param reference real images or their statistics, in any such form
 * @param network a feature network as an ONNX file
 * @param settings metrics and how they are computed
 * @param device where the network runs
 * @param threads CPU threads; 0 for as many as there are processors
 * @param progress notified of long work
 * @param warnings receives a sentence for what is left out or guessed
 */
public record Evaluation(
        List<Path> samples,
        Optional<Path> reference,
        Optional<Path> network,
        EvaluatorSettings settings,
        Device device,
        int threads,
        ProgressListener progress,
        Consumer<String> warnings) {
    public Evaluation {
        samples = List.copyOf(samples);
    }

    /**
     * An evaluation of samples by the metrics of the published evaluator, on the CPU.
     *
     * @param others compared with the first: by how much each score differs, and whether chance explains it
     */
    public static Evaluation of(Path samples, Path... others) {
        return new Evaluation(
                Stream.concat(Stream.of(samples), Stream.of(others)).toList(),
                Optional.empty(),
                Optional.empty(),
                EvaluatorSettings.published(),
                Device.CPU,
                0,
                ProgressListener.silent(),
                sentence -> {});
    }

    /** The same against real images, or statistics of such. */
    public Evaluation against(Path images) {
        return new Evaluation(samples, Optional.of(images), network, settings, device, threads, progress, warnings);
    }

    /** The same on the features of a network: a file of {@code harness import-features}, or of a bundle. */
    public Evaluation on(Path featureNetwork) {
        return new Evaluation(
                samples, reference, Optional.of(featureNetwork), settings, device, threads, progress, warnings);
    }

    /** The same with other metrics. */
    public Evaluation scoring(Metric first, Metric... more) {
        Set<Metric> metrics = EnumSet.of(first, more);
        return with(new EvaluatorSettings(
                settings.k(),
                settings.inceptionSplit(),
                settings.batchSize(),
                metrics,
                settings.bootstrap(),
                settings.perClass()));
    }

    /** The same with other settings. */
    public Evaluation with(EvaluatorSettings newSettings) {
        return new Evaluation(samples, reference, network, newSettings, device, threads, progress, warnings);
    }

    /**
     * The same on another device.
     *
     * @param cpuThreads 0 for as many as there are processors
     */
    public Evaluation on(Device newDevice, int cpuThreads) {
        return new Evaluation(samples, reference, network, settings, newDevice, cpuThreads, progress, warnings);
    }

    /** The same with listeners for long work and for warnings. */
    public Evaluation reporting(ProgressListener newProgress, Consumer<String> newWarnings) {
        return new Evaluation(samples, reference, network, settings, device, threads, newProgress, newWarnings);
    }

    /**
     * Computes the scores.
     *
     * @throws IllegalStateException if reference or network is missing
     * @throws io.adm4j.feedback.UserError if samples, reference or network cannot be used; the message says why
     */
    public EvaluationReport run() {
        Path real = reference.orElseThrow(() -> new IllegalStateException("Name real images with against()."));
        Path graph = network.orElseThrow(() -> new IllegalStateException("Name a feature network with on()."));
        DatasetOptions reading = new DatasetOptions(DatasetOptions.AS_STORED, Split.TEST);
        SampleReader reader = new SampleReader(reading, Optional.empty(), false, warnings);
        try (Evaluator evaluator = Evaluator.open(graph, device, threads, settings)) {
            List<List<SampleSet>> sets = samples.stream()
                    .map(path -> List.of(reader.open(path, evaluator)))
                    .toList();
            ReferenceImages images = ReferenceImages.beside(
                    sets.get(0).get(0), real, reading.withLayout(ArrayLayout.EITHER), evaluator, warnings);
            String name = String.valueOf(graph.getFileName());
            return new EvaluationRun(
                            evaluator, name, List.of(), images, Optional.empty(), ReportDetail.IMAGES, progress)
                    .compare(sets, Optional.empty());
        }
    }
}
