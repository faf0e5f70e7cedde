package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.ImageSurvey;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.io.Sha256;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Samples whose features are in a file; the images themselves are not needed. */
public final class FeatureSamples implements SampleSet {
    private final FeatureFile file;
    private final int[] numbers;
    private final Optional<ImageClasses> classes;
    private final Optional<String> choice;

    private FeatureSamples(FeatureFile file, int[] numbers, Optional<ImageClasses> classes, Optional<String> choice) {
        this.file = file;
        this.numbers = numbers;
        this.classes = classes;
        this.choice = choice;
    }

    /**
     * Samples of a file.
     *
     * @param choice which of them; all if empty
     * @throws UserError if there are fewer, or the features are of another network than the evaluator's
     */
    public static FeatureSamples open(FeatureFile file, Optional<SampleChoice> choice, Evaluator evaluator) {
        file.requireSame(evaluator.networkSha256(), evaluator.resize());
        int all = file.count();
        if (choice.isPresent() && choice.get().count() > all) {
            throw new UserError(file.path() + " holds only the features of " + Count.of(all, "image")
                    + ", and --samples asks for " + choice.get().count() + ".");
        }
        Optional<ImageClasses> classes = classes(file);
        int[] numbers = choice.map(c -> c.numbers(all, classes))
                .orElseGet(() -> IntStream.range(0, all).toArray());
        Optional<String> chosen = choice.filter(c -> c.count() < all).map(c -> c.text(all, classes));
        return new FeatureSamples(
                file,
                numbers,
                classes.map(known -> known.of(numbers)),
                Optional.of(Stream.of(file.about().choice(), chosen)
                                .flatMap(Optional::stream)
                                .collect(Collectors.joining("; of these ")))
                        .filter(text -> !text.isEmpty()));
    }

    /** The classes of the images of a file, if they are known. */
    static Optional<ImageClasses> classes(FeatureFile file) {
        return file.labels().map(labels -> new ImageClasses(labels, file.about().classes()));
    }

    /** What a report says of the images of a file. */
    static ImageSet describe(FeatureFile file, int count, Optional<String> choice) {
        FeatureFile.About about = file.about();
        return new ImageSet(
                file.path().toString(),
                count,
                about.height(),
                about.width(),
                about.imagesSha256().or(() -> Optional.of(Sha256.of(file.path()))),
                about.repeatsGray(),
                List.of(),
                choice);
    }

    @Override
    public Optional<SamplingPoint> point() {
        return Optional.empty();
    }

    @Override
    public int count() {
        return numbers.length;
    }

    @Override
    public boolean hasImages() {
        return false;
    }

    @Override
    public Optional<ImageSurvey> survey() {
        return file.rows(numbers).survey();
    }

    @Override
    public int imageSize() {
        return file.about().height();
    }

    @Override
    public int width() {
        return file.about().width();
    }

    @Override
    public int channels() {
        return file.about().channels();
    }

    @Override
    public int numberInSource(int row) {
        return numbers[row];
    }

    @Override
    public Optional<ImageClasses> classes() {
        return classes;
    }

    @Override
    public String identity() {
        return "features " + Sha256.of(file.path()) + " " + Sha256.of(Arrays.toString(numbers));
    }

    @Override
    public String contents() {
        return identity();
    }

    @Override
    public ImageStream open() {
        throw new IllegalStateException("Only the features in " + file.path() + " are scored.");
    }

    @Override
    public SampleSet part(int from, int to) {
        throw new UserError("--part shares the work of feature networks, and " + file.path()
                + " holds features already: leave it out.");
    }

    @Override
    public MeasuredImages measure(Evaluator evaluator, LongConsumer done) {
        return evaluator.measure(file.rows(numbers), done);
    }

    @Override
    public ImageSet describe() {
        return describe(file, count(), choice);
    }

    @Override
    public void discard() {}
}
