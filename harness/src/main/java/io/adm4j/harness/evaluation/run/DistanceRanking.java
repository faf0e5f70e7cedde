package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.metrics.NearestRows;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.harness.evaluation.result.ReferenceDistances;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Finds the samples that are nearest to the reference and farthest from it. */
final class DistanceRanking {
    private static final int MOST_OF_EACH = 8;

    private final Evaluator evaluator;
    private final ReferenceImages reference;
    private final boolean withImages;
    private final ProgressListener progress;

    /** @param withImages whether there are images to show */
    DistanceRanking(Evaluator evaluator, ReferenceImages reference, boolean withImages, ProgressListener progress) {
        this.evaluator = evaluator;
        this.reference = reference;
        this.withImages = withImages;
        this.progress = progress;
    }

    /** @return empty if of one of the sets only statistics are known */
    Optional<ReferenceDistances> of(SampleSet samples, MeasuredImages measured, MeasuredImages real) {
        return measured.features().flatMap(own -> real.features().map(other -> of(samples, measured, own, other)));
    }

    private ReferenceDistances of(SampleSet samples, MeasuredImages measured, FeatureMatrix own, FeatureMatrix real) {
        NearestRows found = nearest(own, real);
        int[] order = IntStream.range(0, own.rows())
                .boxed()
                .sorted(Comparator.comparingDouble(row -> found.distance()[row]))
                .mapToInt(row -> row)
                .toArray();
        int each = Math.min(MOST_OF_EACH, (order.length + 1) / 2);
        int[] nearest = Arrays.copyOf(order, each);
        int[] farthest = IntStream.rangeClosed(1, each)
                .map(place -> order[order.length - place])
                .toArray();
        return new ReferenceDistances(
                "Euclidean distance between the " + own.columns() + " features of a sample and those of the nearest of "
                        + real.rows() + " reference images; " + own.rows() + " samples.",
                (found.distance()[order[(order.length - 1) / 2]] + found.distance()[order[order.length / 2]]) / 2,
                described(samples, measured, found, nearest),
                described(samples, measured, found, farthest),
                withImages && samples.hasImages()
                        ? Optional.of(images(
                                samples,
                                found,
                                IntStream.concat(IntStream.of(nearest), IntStream.of(farthest))
                                        .toArray()))
                        : Optional.empty());
    }

    private NearestRows nearest(FeatureMatrix own, FeatureMatrix real) {
        try (Progress shown =
                progress.start("Samples beside reference images", (long) own.rows() * real.rows(), "pairs")) {
            return evaluator.nearestRows(own, real, shown::step);
        }
    }

    private static List<ReferenceDistances.Sample> described(
            SampleSet samples, MeasuredImages measured, NearestRows found, int... rows) {
        return Arrays.stream(rows)
                .mapToObj(row -> new ReferenceDistances.Sample(
                        samples.numberInSource(row),
                        samples.point()
                                .map(point -> OptionalLong.of(point.seed() + samples.numberInSource(row)))
                                .orElse(OptionalLong.empty()),
                        measured.labels()
                                .map(labels -> OptionalInt.of(labels[row]))
                                .orElse(OptionalInt.empty()),
                        found.row()[row],
                        found.distance()[row]))
                .toList();
    }

    private Gallery images(SampleSet samples, NearestRows found, int... rows) {
        Map<Integer, Tensor> real = reference.images(
                Arrays.stream(rows).map(row -> found.row()[row]).toArray());
        List<Gallery.Nearest> nearest = new ArrayList<>();
        if (reference.hasImages()) {
            for (int row : rows) {
                nearest.add(new Gallery.Nearest(real.get(found.row()[row]), List.of(found.distance()[row])));
            }
        }
        return new Gallery(SampleImages.read(samples, evaluator.channels(), rows), List.of(), nearest);
    }
}
