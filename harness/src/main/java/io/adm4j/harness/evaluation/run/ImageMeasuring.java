package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.evaluation.features.FeatureRows;
import io.adm4j.harness.evaluation.features.ImageSurvey;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Runs the feature network on sets of images, unless their features are kept somewhere, and shows how far it is. */
final class ImageMeasuring {
    private final Evaluator evaluator;
    private final Optional<WorkFolder> work;
    private final FeatureKeeping keeping;
    private final ProgressListener progress;

    ImageMeasuring(Evaluator evaluator, Optional<WorkFolder> work, FeatureKeeping keeping, ProgressListener progress) {
        this.evaluator = evaluator;
        this.work = work;
        this.keeping = keeping;
        this.progress = progress;
    }

    /** How images are measured with an evaluator that keeps their features. */
    interface Measure<T> {
        T with(Evaluator evaluator, LongConsumer done);
    }

    /** @param survey empty; receives what the images' pixels show, as far as they are read or it is kept with their features */
    <T> T measure(FeatureImages images, ImageSurvey survey, Measure<T> measure) {
        Optional<FeatureShards> shards = work.map(folder -> new FeatureShards(shards(folder, images)));
        try (KeptFeatures kept = new KeptFeatures(images, evaluator, shards, keeping, survey)) {
            int before = kept.known();
            try (Progress shown = progress.start(images.heading(), before, images.count(), "images")) {
                long[] count = {0};
                T result = measure.with(evaluator.keepingIn(kept).shownTo(survey::add), done -> {
                    count[0] += done;
                    if (count[0] > before) {
                        shown.step(done);
                    }
                });
                kept.whole().flatMap(FeatureRows::survey).ifPresent(survey::add);
                return result;
            }
        }
    }

    /** Removes what was kept of images only in case the run is interrupted. */
    void discard(FeatureImages images) {
        work.ifPresent(folder -> WorkFolder.delete(shards(folder, images)));
    }

    private Path shards(WorkFolder folder, FeatureImages images) {
        return folder.path("features", images.set(evaluator));
    }
}
