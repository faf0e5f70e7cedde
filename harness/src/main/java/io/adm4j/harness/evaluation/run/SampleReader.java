package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.ReferenceBatch;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How stored samples are read, whatever they are: images, features or statistics.
 *
 * @param reading of images; channels and sizes follow from the feature network
 * @param choice which samples; all if empty
 * @param statistics whether to score the statistics of a file that has images too
 * @param warnings receives a sentence for what is left out or guessed
 */
public record SampleReader(
        DatasetOptions reading, Optional<SampleChoice> choice, boolean statistics, Consumer<String> warnings) {
    /**
     * Opens samples.
     *
     * @param evaluator that will measure them
     * @throws UserError if the path holds none, or others than were asked for
     */
    public SampleSet open(Path path, Evaluator evaluator) {
        Optional<SampleSet> withoutImages = openStatistics(path, evaluator).or(() -> openFeatures(path, evaluator));
        withoutImages.ifPresent(set -> requireNoLabelFile(reading, path));
        return withoutImages.orElseGet(() -> ExistingSamples.open(
                path,
                reading.withChannels(evaluator.channels()).withCommon(evaluator.commonSize()),
                choice,
                evaluator.settings().perClass(),
                warnings));
    }

    static void requireNoLabelFile(DatasetOptions reading, Path path) {
        if (reading.labelFile().isPresent()) {
            throw new UserError("--label-file is for images, and " + path
                    + " holds features or statistics: leave it out, or give it to 'harness features'.");
        }
    }

    private Optional<SampleSet> openFeatures(Path path, Evaluator evaluator) {
        return FeatureFile.is(path)
                ? Optional.of(FeatureSamples.open(FeatureFile.open(path), choice, evaluator))
                : Optional.empty();
    }

    /** The statistics in the file, if they are asked for or it has nothing else. */
    private Optional<SampleSet> openStatistics(Path path, Evaluator evaluator) {
        if (!ReferenceBatch.isPickled(path) && !ImageStream.isNpz(path)) {
            if (statistics) {
                throw new UserError(
                        "--statistics takes a file with mu and sigma, and " + path + " is none: leave it out.");
            }
            return Optional.empty();
        }
        ReferenceBatch.Contents contents = ReferenceBatch.contents(path);
        boolean alone = contents.statistics() && contents.images() == 0;
        if (!statistics && (!alone || FeatureFile.is(path))) {
            return Optional.empty();
        }
        if (!contents.statistics()) {
            throw new UserError("The file " + path + " has no statistics (mu and sigma): leave out --statistics.");
        }
        if (choice.isPresent()) {
            throw new UserError(
                    "--samples chooses among images, and of these only statistics are scored: leave it out.");
        }
        return Optional.of(new StatisticsSamples(path, evaluator.channels(), contents.images() > 0));
    }
}
