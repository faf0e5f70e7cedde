package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.metrics.TrainingNeighbors;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.harness.evaluation.result.Memorization;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Looks for samples that repeat training images. */
final class MemorizationSearch {
    private static final int PAIRS = 8;

    private final Evaluator evaluator;
    private final ReferenceImages training;
    private final FeatureMatrix features;
    private final OptionalDouble referenceShare;
    private final boolean withImages;
    private final ProgressListener progress;

    /**
     * @param features of the training images
     * @param reference images that were not trained on, measured; empty if there are none
     * @param withImages whether there are images to show
     */
    MemorizationSearch(
            Evaluator evaluator,
            ReferenceImages training,
            FeatureMatrix features,
            Optional<MeasuredImages> reference,
            boolean withImages,
            ProgressListener progress) {
        this.evaluator = evaluator;
        this.training = training;
        this.features = features;
        this.withImages = withImages;
        this.progress = progress;
        this.referenceShare = reference
                .flatMap(MeasuredImages::features)
                .map(real -> OptionalDouble.of(
                        neighbors("Reference beside training images", real).closeShare()))
                .orElse(OptionalDouble.empty());
    }

    /** @param measured the same samples, whose features are known */
    Memorization of(SampleSet samples, MeasuredImages measured) {
        FeatureMatrix own = measured.features().orElseThrow();
        TrainingNeighbors found = neighbors("Samples beside training images", own);
        int[] closest = found.closest(PAIRS);
        List<Memorization.Pair> pairs = Arrays.stream(closest)
                .mapToObj(i -> new Memorization.Pair(
                        samples.numberInSource(i), found.nearest()[i], found.distance()[i], found.spacing()[i]))
                .toList();
        return new Memorization(
                training.describe(),
                found.closeShare(),
                referenceShare,
                "Share of " + own.rows() + " samples whose nearest of " + features.rows()
                        + " training images is no farther from them than from its own nearest training image, by "
                        + features.columns() + " features.",
                pairs,
                withImages ? Optional.of(images(samples, found, closest)) : Optional.empty());
    }

    private TrainingNeighbors neighbors(String heading, FeatureMatrix images) {
        try (Progress shown =
                progress.start(heading, TrainingNeighbors.pairs(images.rows(), features.rows()), "pairs")) {
            return evaluator.trainingNeighbors(images, features, shown::step);
        }
    }

    private Gallery images(SampleSet samples, TrainingNeighbors found, int... closest) {
        Map<Integer, Tensor> real = training.images(Arrays.stream(closest)
                .flatMap(i -> IntStream.of(found.nearest()[i], found.training()[i]))
                .toArray());
        List<Gallery.Nearest> nearest = new ArrayList<>();
        for (int i : closest) {
            nearest.add(new Gallery.Nearest(
                    ReferenceImages.stacked(real.get(found.nearest()[i]), real.get(found.training()[i])),
                    List.of(found.distance()[i], found.spacing()[i])));
        }
        return new Gallery(SampleImages.read(samples, evaluator.channels(), closest), List.of(), nearest);
    }
}
