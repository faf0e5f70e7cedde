package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.features.FeatureStore;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.Scores;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Scores sets of samples against one reference. With a work folder nothing that is finished is done again: neither a batch
 * of drawn samples, nor a batch of features, nor the result of a set.
 */
public final class EvaluationRun {
    private final Evaluator evaluator;
    private final String network;
    private final ReferenceImages reference;
    private final Optional<WorkFolder> work;
    private final boolean withGallery;
    private final ProgressListener progress;
    private MeasuredImages measuredReference;

    /**
     * @param network text that differs wherever the feature network differs
     * @param work empty to keep nothing
     * @param withGallery whether results have images to show
     */
    public EvaluationRun(
            Evaluator evaluator,
            String network,
            ReferenceImages reference,
            Optional<WorkFolder> work,
            boolean withGallery,
            ProgressListener progress) {
        this.evaluator = evaluator;
        this.network = network;
        this.reference = reference;
        this.work = work;
        this.withGallery = withGallery;
        this.progress = progress;
    }

    /**
     * Measures the reference, once.
     *
     * @throws io.adm4j.feedback.UserError if it does not fit the network
     */
    public MeasuredImages reference() {
        if (measuredReference == null) {
            measuredReference = measure(
                    "Reference",
                    reference.identity(),
                    reference.measured(),
                    (measuring, done) -> reference.measure(measuring, done));
        }
        return measuredReference;
    }

    /**
     * Scores one set of samples.
     *
     * @param name heading of the progress
     * @throws io.adm4j.feedback.UserError if the samples cannot be scored; the message says why
     */
    public Result score(SampleSet samples, String name) {
        Optional<ResultCache> kept = work.map(folder -> new ResultCache(folder.path("scores", identity(samples))));
        Optional<Result> before = kept.flatMap(ResultCache::read);
        if (before.isPresent()) {
            return before.get();
        }
        MeasuredImages real = reference();
        long begin = System.nanoTime();
        MeasuredImages measured = measure(name, samples.identity(), samples.count(), (measuring, done) -> {
            try (ImageStream stream = samples.open()) {
                return measuring.measure(stream, samples.labels().orElse(null), done);
            }
        });
        Scores scores = compare(real, measured);
        Result result = new Result(
                samples.point(),
                samples.describe(),
                scores,
                (System.nanoTime() - begin) / 1e9,
                withGallery
                        ? Optional.of(GalleryPicker.pick(evaluator, reference, real, samples, measured))
                        : Optional.empty());
        if (kept.isPresent()) {
            kept.get().write(result);
            samples.discard();
            WorkFolder.delete(features(work.get(), samples.identity()));
        }
        return result;
    }

    /** How images are measured with an evaluator that keeps their features. */
    private interface Measure {
        MeasuredImages with(Evaluator evaluator, LongConsumer done);
    }

    private MeasuredImages measure(String name, String identity, int count, Measure measure) {
        Optional<FeatureCache> shards = work.map(folder -> new FeatureCache(features(folder, identity)));
        int before = shards.map(FeatureCache::last).orElse(0);
        try (Progress shown = progress.start(name, before, count, "images")) {
            long[] seen = {0};
            return measure.with(
                    evaluator.keepingIn(shards.<FeatureStore>map(s -> s).orElse(FeatureStore.none())), done -> {
                        seen[0] += done;
                        if (seen[0] > before) {
                            shown.step(done);
                        }
                    });
        }
    }

    private Path features(WorkFolder folder, String identity) {
        return folder.path("features", network + " of " + identity);
    }

    private Scores compare(MeasuredImages real, MeasuredImages samples) {
        try (Progress shown = progress.start("Comparing", evaluator.work(real, samples), "pairs")) {
            return evaluator.compare(real, samples, shown::step);
        }
    }

    private String identity(SampleSet samples) {
        return String.join(
                "\n",
                network,
                reference.identity(),
                evaluator.settings().toString(),
                samples.identity(),
                "gallery: " + withGallery);
    }
}
