package io.adm4j.harness.evaluation.run;

import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.features.NearestImages;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Takes what a report shows: the first samples, and for some of them what the reference has nearest. */
final class GalleryPicker {
    private static final int MOST_SAMPLES = 64;
    private static final int FEWEST_SAMPLES = 16;
    /** Large images make large reports. */
    private static final int MOST_PIXELS = 4_000_000;

    private static final int SAMPLES_WITH_NEIGHBOURS = 8;
    private static final int NEIGHBOURS = 5;

    private GalleryPicker() {}

    static Gallery pick(
            Evaluator evaluator,
            ReferenceImages reference,
            MeasuredImages measuredReference,
            SampleSet samples,
            Optional<ImageClasses> classes,
            MeasuredImages measuredSamples) {
        Tensor shown = firstOf(samples, evaluator.channels());
        int count = (int) shown.dim(0);
        List<Integer> labels = classes.map(
                        all -> IntStream.of(all.labels()).limit(count).boxed().toList())
                .orElse(List.of());
        List<NearestImages> near = reference.hasImages()
                ? evaluator.nearest(
                        measuredReference, measuredSamples, Math.min(count, SAMPLES_WITH_NEIGHBOURS), NEIGHBOURS)
                : List.of();
        Map<Integer, Tensor> images = reference.images(
                near.stream().flatMapToInt(n -> IntStream.of(n.reference())).toArray());
        List<Gallery.Nearest> nearest = new ArrayList<>();
        for (NearestImages one : near) {
            nearest.add(new Gallery.Nearest(
                    ReferenceImages.stacked(
                            IntStream.of(one.reference()).mapToObj(images::get).toArray(Tensor[]::new)),
                    DoubleStream.of(one.distance()).boxed().toList()));
        }
        return new Gallery(shown, labels, nearest);
    }

    private static Tensor firstOf(SampleSet samples, int channels) {
        int affordable = MOST_PIXELS / (samples.imageSize() * samples.width());
        int count = Math.min(samples.count(), Math.max(FEWEST_SAMPLES, Math.min(MOST_SAMPLES, affordable)));
        List<Tensor> shown = new ArrayList<>();
        try (ImageStream first = samples.open().withChannels(channels).first(count)) {
            for (Tensor rows = first.next(count); rows != null; rows = first.next(count)) {
                shown.add(rows);
            }
        }
        return ReferenceImages.stacked(shown.toArray(Tensor[]::new));
    }
}
