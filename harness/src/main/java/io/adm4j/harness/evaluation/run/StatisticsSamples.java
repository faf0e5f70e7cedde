package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.io.Sha256;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Samples of which only the statistics in a file are scored.
 *
 * @param path an npz with mu and sigma, as reference batches have them
 * @param channels of the images that the feature network takes
 * @param besideImages whether the file has images too
 */
public record StatisticsSamples(Path path, int channels, boolean besideImages) implements SampleSet {
    @Override
    public Optional<SamplingPoint> point() {
        return Optional.empty();
    }

    @Override
    public int count() {
        return 0;
    }

    @Override
    public int imageSize() {
        return 0;
    }

    @Override
    public Optional<ImageClasses> classes() {
        return Optional.empty();
    }

    @Override
    public String identity() {
        return "statistics of " + Sha256.of(path);
    }

    @Override
    public String contents() {
        return identity();
    }

    @Override
    public SampleSet part(int from, int to) {
        throw new UserError("--part shares the work of feature networks, and of " + path
                + " only statistics are scored: leave it out.");
    }

    @Override
    public ImageStream open() {
        throw new IllegalStateException("Only the statistics in " + path + " are scored.");
    }

    @Override
    public MeasuredImages measure(Evaluator evaluator, LongConsumer done) {
        return evaluator.readStatistics(path);
    }

    @Override
    public ImageSet describe() {
        return new ImageSet(
                path.toString(),
                0,
                0,
                0,
                Optional.of(Sha256.of(path)),
                false,
                List.of(),
                besideImages ? Optional.of("not the images in the file") : Optional.empty());
    }

    @Override
    public void discard() {}
}
