package io.adm4j.harness.evaluation.traps;

import io.adm4j.harness.evaluation.features.ImageFacts;
import io.adm4j.harness.evaluation.features.ImageSurvey;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Samples with steps at the edges of blocks of 8x8 pixels, as JPEG leaves them up to a quality of about 85, against a reference
 * of the same size without: features notice what the eye does not (Parmar et al. 2022, section 4.3). Less compression does not
 * show in the pixels.
 */
final class BlockEdges implements Trap {
    /** Step at the edges, as a share of the usual step, beyond what a subject in the same place makes. */
    private static final double VISIBLE = 0.04;
    /** In standard errors. */
    private static final double CERTAIN = 6;

    private static final int FEWEST = 100;

    /** The mean step at the edges as a share of the mean step between pixels. */
    private record Edges(double share, double standardError) {
        static Edges of(List<ImageFacts> images) {
            double step =
                    images.stream().mapToDouble(ImageFacts::step).average().orElseThrow();
            double mean =
                    images.stream().mapToDouble(ImageFacts::edge).average().orElseThrow();
            double squares = images.stream()
                    .mapToDouble(image -> (image.edge() - mean) * (image.edge() - mean))
                    .sum();
            return step == 0
                    ? new Edges(0, 0)
                    : new Edges(mean / step, Math.sqrt(squares / (images.size() - 1) / images.size()) / step);
        }
    }

    @Override
    public Optional<String> warning(ScoredSets sets) {
        Optional<ImageSurvey> samples = sets.samples().survey().filter(survey -> survey.count() >= FEWEST);
        Optional<ImageSurvey> reference = sets.reference().survey().filter(survey -> survey.count() >= FEWEST);
        if (samples.isEmpty()
                || reference.isEmpty()
                || !sets.samples()
                        .images()
                        .size()
                        .equals(sets.reference().images().size())) {
            return Optional.empty();
        }
        Edges own = Edges.of(samples.get().images());
        Edges real = Edges.of(reference.get().images());
        double more = own.share() - real.share();
        if (Math.min(own.share(), more) < VISIBLE
                || more < CERTAIN * Math.hypot(own.standardError(), real.standardError())) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "The samples have edges every 8 pixels, as JPEG compression leaves them (steps there are %.0f %%"
                        + " larger than beside them; in the reference %.0f %%): the scores measure the compression too."
                        + " Score samples as they were generated, from PNG or npz.",
                100 * own.share(),
                Math.max(0, 100 * real.share())));
    }
}
