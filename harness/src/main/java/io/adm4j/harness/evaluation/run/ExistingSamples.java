package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.data.LabelConvention;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.ReferenceBatch;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.io.Sha256;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Samples in a file or a folder, scored as they are. */
public final class ExistingSamples implements SampleSet {
    private final Path path;
    private final DatasetOptions options;
    private final int[] numbers;
    private final Optional<String> choice;
    private final int imageSize;
    private final int width;
    private final Optional<ImageClasses> classes;
    private final boolean repeatsGray;
    private final boolean fitted;
    private final Optional<SamplingPoint> point;
    private String checksum;

    private ExistingSamples(
            Path path,
            DatasetOptions options,
            int[] numbers,
            Optional<String> choice,
            int imageSize,
            int width,
            Optional<ImageClasses> classes,
            boolean repeatsGray,
            boolean fitted,
            Optional<SamplingPoint> point) {
        this.repeatsGray = repeatsGray;
        this.fitted = fitted;
        this.path = path;
        this.options = options;
        this.numbers = numbers;
        this.choice = choice;
        this.imageSize = imageSize;
        this.width = width;
        this.classes = classes;
        this.point = point;
    }

    /**
     * Opens samples and reads the first, not all of them.
     *
     * @param reading with the channels that the feature network takes; its image size is not used: samples are scored as they
     *     are
     * @param choice which samples; all if empty
     * @param byClass whether the classes are needed; otherwise labels that cannot be used are left out
     * @param warnings receives a sentence for what is left out or guessed
     * @throws UserError if there are fewer, or the path holds no images or labels that do not fit them
     */
    public static ExistingSamples open(
            Path path,
            DatasetOptions reading,
            Optional<SampleChoice> choice,
            boolean byClass,
            Consumer<String> warnings) {
        DatasetOptions options = reading.withSize(DatasetOptions.ANY_SHAPE);
        if (byClass || reading.labelFile().isPresent()) {
            return open(path, options, choice, warnings);
        }
        List<String> said = new ArrayList<>();
        try {
            ExistingSamples samples = open(path, options, choice, said::add);
            said.forEach(warnings);
            return samples;
        } catch (UserError e) {
            // Either the labels are to blame, or this fails for the same reason.
            ExistingSamples samples = open(path, options.withLabels(LabelConvention.NONE), choice, warnings);
            warnings.accept("Scored without labels: " + e.getMessage());
            return samples;
        }
    }

    private static ExistingSamples open(
            Path path, DatasetOptions options, Optional<SampleChoice> choice, Consumer<String> warnings) {
        try (ImageStream all = ImageStream.open(path, options, warnings)) {
            int size = all.size();
            int count = choice.map(SampleChoice::count).orElse(size);
            if (count > size) {
                throw new UserError(
                        path + " holds only " + Count.of(size, "image") + ", and --samples asks for " + count + ".");
            }
            Optional<ImageClasses> classes = ImageClasses.of(all);
            int[] numbers = choice.map(c -> c.numbers(size, classes))
                    .orElseGet(() -> IntStream.range(0, size).toArray());
            ImageStream chosen = all.chosen(numbers);
            chosen.next(1);
            return new ExistingSamples(
                    path,
                    options,
                    numbers,
                    Optional.of(Stream.of(
                                            choice.filter(c -> count < size).map(c -> c.text(size, classes)),
                                            ignored(path, warnings),
                                            fitted(chosen))
                                    .flatMap(Optional::stream)
                                    .collect(Collectors.joining("; ")))
                            .filter(text -> !text.isEmpty()),
                    chosen.imageSize(),
                    chosen.width(),
                    classes.map(c -> c.of(numbers)),
                    chosen.repeatsGray(),
                    chosen.fitted(),
                    Optional.empty());
        }
    }

    private static Optional<String> fitted(ImageStream images) {
        return images.fitted() ? Optional.of("brought to this from several sizes") : Optional.empty();
    }

    /** Says, where a file has statistics beside its images, that they are not used. */
    private static Optional<String> ignored(Path path, Consumer<String> warnings) {
        if (!ImageStream.isNpz(path)) {
            return Optional.empty();
        }
        ReferenceBatch.Contents contents = ReferenceBatch.contents(path);
        if (!contents.statistics()) {
            return Optional.empty();
        }
        String measured =
                contents.measured() == FeatureStatistics.UNKNOWN ? "" : " of " + Count.of(contents.measured(), "image");
        warnings.accept("Took the " + Count.of(contents.images(), "image") + " in " + path + ", not its statistics"
                + measured + ", which --statistics scores.");
        return Optional.of("not the statistics" + measured + " in the file");
    }

    /** The same samples, of which is known how they were generated. */
    public ExistingSamples generatedAs(SamplingPoint settings) {
        return new ExistingSamples(
                path, options, numbers, choice, imageSize, width, classes, repeatsGray, fitted, Optional.of(settings));
    }

    @Override
    public Optional<SamplingPoint> point() {
        return point;
    }

    @Override
    public int count() {
        return numbers.length;
    }

    @Override
    public int imageSize() {
        return imageSize;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public boolean fitted() {
        return fitted;
    }

    @Override
    public int channels() {
        return options.channels();
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
        return choice.map(text -> numbers.length + ", " + text + ", ").orElse("")
                + checksum()
                + FeatureImages.reading(options)
                + options.labelFile()
                        .map(csv -> " labeled by " + Sha256.of(csv))
                        .orElse("");
    }

    @Override
    public String contents() {
        return FeatureImages.contents(checksum(), width + "x" + imageSize, options, numbers);
    }

    @Override
    public ExistingSamples part(int from, int to) {
        return new ExistingSamples(
                path,
                options,
                Arrays.copyOfRange(numbers, from, to),
                choice,
                imageSize,
                width,
                classes,
                repeatsGray,
                fitted,
                point);
    }

    @Override
    public ImageStream open() {
        return ImageStream.open(path, options).chosen(numbers);
    }

    @Override
    public ImageSet describe() {
        return new ImageSet(
                path.toString(), count(), imageSize, width, Optional.of(checksum()), repeatsGray, List.of(), choice);
    }

    /** Reads everything, so once. */
    private String checksum() {
        if (checksum == null) {
            try (ImageStream all = ImageStream.open(path, options)) {
                checksum = all.checksum().orElseThrow();
            }
        }
        return checksum;
    }

    @Override
    public void discard() {}
}
