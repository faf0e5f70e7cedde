package io.adm4j.harness.evaluation;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.data.PictureStream;
import io.adm4j.harness.metrics.Evaluator;
import io.adm4j.harness.metrics.FeatureStore;
import io.adm4j.harness.metrics.MeasuredPictures;
import io.adm4j.harness.metrics.Scores;
import io.adm4j.harness.report.Result;
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
    private final ReferencePictures reference;
    private final Optional<WorkFolder> work;
    private final boolean withGallery;
    private final ProgressListener progress;
    private MeasuredPictures measuredReference;

    /**
     * @param network text that differs wherever the feature network differs
     * @param work empty to keep nothing
     * @param withGallery whether results have pictures to show
     */
    public EvaluationRun(
            Evaluator evaluator,
            String network,
            ReferencePictures reference,
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
    public MeasuredPictures reference() {
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
    public Result score(SampleSource samples, String name) {
        Optional<KeptResult> kept = work.map(folder -> new KeptResult(folder.path("result", identity(samples))));
        Optional<Result> before = kept.flatMap(k -> k.read(samples.point()));
        if (before.isPresent()) {
            return before.get();
        }
        MeasuredPictures real = reference();
        long begin = System.nanoTime();
        MeasuredPictures measured = measure(name, samples.identity(), samples.count(), (measuring, done) -> {
            try (PictureStream stream = samples.open()) {
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

    /** How pictures are measured with an evaluator that keeps their features. */
    private interface Measure {
        MeasuredPictures with(Evaluator evaluator, LongConsumer done);
    }

    private MeasuredPictures measure(String name, String identity, int count, Measure measure) {
        Optional<FeatureShards> shards = work.map(folder -> new FeatureShards(features(folder, identity)));
        int before = shards.map(FeatureShards::last).orElse(0);
        try (Progress shown = progress.start(name, before, count, "pictures")) {
            long[] seen = {0};
            return measure.with(evaluator.keepingIn(shards.<FeatureStore>map(s -> s).orElse(FeatureStore.none())), done -> {
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

    private Scores compare(MeasuredPictures real, MeasuredPictures samples) {
        try (Progress shown = progress.start("Comparing", evaluator.pairs(real, samples), "pairs")) {
            return evaluator.compare(real, samples, shown::step);
        }
    }

    private String identity(SampleSource samples) {
        return String.join("\n", network, reference.identity(), evaluator.settings().toString(), samples.identity(),
                "gallery: " + withGallery);
    }
}
