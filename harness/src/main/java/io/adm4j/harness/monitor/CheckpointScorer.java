package io.adm4j.harness.monitor;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.evaluation.features.FeatureExtractor;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.FeatureNetwork;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.result.Scores;
import io.adm4j.harness.evaluation.run.EvaluationRun;
import io.adm4j.harness.evaluation.run.Evaluator;
import io.adm4j.harness.evaluation.run.GeneratedSamples;
import io.adm4j.harness.evaluation.run.ReferenceImages;
import io.adm4j.harness.evaluation.run.ReportDetail;
import io.adm4j.harness.evaluation.run.WorkFolder;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.runtime.Device;
import io.adm4j.sampling.SamplingSettings;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Scores samples of a checkpoint by the same code as {@code harness eval}. Between evaluations nothing but the description of
 * the reference is in memory; the features of its images are in a work folder.
 */
public final class CheckpointScorer {
    private static final int SAMPLES_AT_ONCE = 16;
    private static final int FEATURES_AT_ONCE = 64;

    private final Plan plan;
    private final SnapshotSamples samples;
    private final Device device;
    private final int threads;
    private final ReferenceImages reference;

    /**
     * What is computed.
     *
     * @param samples number of them
     * @param sampling how they are sampled
     * @param features file of the feature network
     * @param featuresName its name in messages
     * @param reference images to compare with
     * @param referenceOptions how they are read; size and channels follow from the networks
     * @param best the score that chooses the best checkpoint
     */
    public record Plan(
            int samples,
            SamplingSettings sampling,
            Path features,
            String featuresName,
            Path reference,
            DatasetOptions referenceOptions,
            Metric best) {
        /** The published scores, and the one that chooses. */
        EvaluatorSettings scores() {
            Set<Metric> metrics = EnumSet.of(best);
            metrics.addAll(Metric.PUBLISHED);
            return new EvaluatorSettings(
                    EvaluatorSettings.PUBLISHED_K,
                    EvaluatorSettings.PUBLISHED_INCEPTION_SPLIT,
                    FEATURES_AT_ONCE,
                    metrics,
                    0,
                    false);
        }
    }

    private CheckpointScorer(
            Plan plan, SnapshotSamples samples, Device device, int threads, ReferenceImages reference) {
        this.plan = plan;
        this.samples = samples;
        this.device = device;
        this.threads = threads;
        this.reference = reference;
    }

    /**
     * Checks that feature network, reference and samples fit each other.
     *
     * @param imageSize height and width of the samples
     * @param channels of the samples
     * @param threads threads to use; 0 for all cores
     * @param warnings receives a sentence for what is left out of the reference or guessed
     * @throws UserError if they do not; the message says what to change
     */
    public static CheckpointScorer open(
            Plan plan,
            SnapshotSamples samples,
            int imageSize,
            int channels,
            Device device,
            int threads,
            Consumer<String> warnings) {
        plan.scores().requireEnough(plan.samples());
        try (Evaluator evaluator = Evaluator.open(plan.features(), device, threads, plan.scores())) {
            requireFit(plan, evaluator, imageSize, channels);
            ReferenceImages reference = ReferenceImages.open(
                    plan.reference(),
                    plan.referenceOptions().withSize(imageSize).withChannels(evaluator.channels()),
                    evaluator,
                    warnings);
            if (reference.describe().count() == 0 && plan.best().needsReferenceImages()) {
                throw new UserError(plan.best().title() + " needs the images of the reference, and " + plan.reference()
                        + " has only their statistics: give --eval-reference with images, or another --best.");
            }
            return new CheckpointScorer(plan, samples, device, threads, reference);
        }
    }

    private static void requireFit(Plan plan, Evaluator evaluator, int imageSize, int channels) {
        int height = evaluator.imageHeight();
        int width = evaluator.imageWidth();
        if (!evaluator.takesAnySize()
                && (height != FeatureExtractor.ANY_SIZE && height != imageSize
                        || width != FeatureExtractor.ANY_SIZE && width != imageSize)) {
            throw new UserError("The network is trained on images of " + imageSize + "x" + imageSize + ", but "
                    + plan.featuresName() + " takes " + width + "x" + height
                    + ": name one for that size with --eval-features.");
        }
        int taken = evaluator.channels();
        if (channels != taken && !(channels == 1 && taken == 3)) {
            throw new UserError("The network is trained on images of " + Count.of(channels, "channel") + ", but "
                    + plan.featuresName() + " takes " + taken + ": name one that was trained with in_channels "
                    + channels + " with --eval-features.");
        }
        if (plan.best() == Metric.SFID && !evaluator.givesSpatial()) {
            throw new UserError("sFID takes spatial features, which " + plan.featuresName()
                    + " does not give: name the Inception network with --eval-features, or another score with --best.");
        }
    }

    /** What is computed. */
    Plan plan() {
        return plan;
    }

    /** Text that differs wherever scores cannot be compared. */
    String comparable(FeatureNetwork network) {
        return String.join(
                ", ",
                Count.of(plan.samples(), "sample"),
                plan.sampling().sampler().key() + " " + plan.sampling().steps(),
                "features " + network.sha256().substring(0, 12),
                "reference " + reference.describe().sha256().orElseThrow().substring(0, 12));
    }

    /**
     * Measures the reference and keeps its features in the work folder.
     *
     * @param stopped whether to end early, with a {@link CancellationException}
     * @return the feature network
     * @throws UserError if the reference cannot be scored with
     */
    FeatureNetwork measureReference(Path work, BooleanSupplier stopped, ProgressListener progress) {
        try (Evaluator evaluator = Evaluator.open(plan.features(), device, threads, plan.scores());
                WorkFolder folder = WorkFolder.open(work)) {
            return run(evaluator, folder, stopped, progress).network();
        }
    }

    /**
     * Scores samples of a model. What is finished when it ends early stays in the work folder.
     *
     * @param stopped whether to end early, with a {@link CancellationException} or {@link io.adm4j.sampling.SamplingStopped}
     * @throws UserError if they cannot be scored
     */
    Scores score(ModelBundle bundle, Path work, BooleanSupplier stopped, ProgressListener progress) {
        return samples.with(bundle, plan.sampling(), "balanced", plan.samples(), source -> {
            try (Evaluator evaluator = Evaluator.open(plan.features(), device, threads, plan.scores());
                    WorkFolder folder = WorkFolder.open(work)) {
                SampleSource stoppable = new StoppableSamples(source, stopped);
                GeneratedSamples set = new GeneratedSamples(
                        stoppable,
                        new SamplingPoint(
                                plan.sampling().sampler(),
                                plan.sampling().steps(),
                                plan.sampling().eta(),
                                0,
                                samples.labels(bundle),
                                0),
                        bundle.manifest().name(),
                        SAMPLES_AT_ONCE,
                        folder.path("samples", stoppable.settings().toString()),
                        Optional.empty());
                return run(evaluator, folder, stopped, progress)
                        .evaluate(List.of(set), Optional.empty())
                        .results()
                        .get(0)
                        .scores();
            }
        });
    }

    private EvaluationRun run(
            Evaluator evaluator, WorkFolder folder, BooleanSupplier stopped, ProgressListener progress) {
        return new EvaluationRun(
                evaluator,
                plan.featuresName(),
                List.of(),
                reference,
                Optional.of(folder),
                ReportDetail.SCORES,
                (task, done, total, unit) -> stopping(progress.start(task, done, total, unit), stopped));
    }

    private static Progress stopping(Progress shown, BooleanSupplier stopped) {
        return new Progress() {
            @Override
            public void step(long units) {
                shown.step(units);
                if (stopped.getAsBoolean()) {
                    throw new CancellationException("The evaluation was stopped.");
                }
            }

            @Override
            public void message(String text) {
                shown.message(text);
            }

            @Override
            public void close() {
                shown.close();
            }
        };
    }
}
