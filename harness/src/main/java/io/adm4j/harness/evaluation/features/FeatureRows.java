package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.features.FeatureExtractor.FeatureBatch;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Features of a set of images in files, in the order of the images. */
public final class FeatureRows {
    private final List<FeatureFile> files;
    private final Optional<int[]> chosen;

    /** @param chosen numbers of the images of the first file, ascending; all images of all files if empty */
    FeatureRows(List<FeatureFile> files, Optional<int[]> chosen) {
        this.files = List.copyOf(files);
        this.chosen = chosen;
    }

    /** The features of sets that follow each other. */
    public static FeatureRows joined(List<FeatureFile> files) {
        return new FeatureRows(files, Optional.empty());
    }

    /** Number of images. */
    public int count() {
        return chosen.map(numbers -> numbers.length)
                .orElseGet(() -> files.stream().mapToInt(FeatureFile::count).sum());
    }

    /** Statistics of the features that need not be computed again. */
    public ReferenceBatch statistics() {
        return chosen.isEmpty() && files.size() == 1 ? files.get(0).statistics() : ReferenceBatch.NONE;
    }

    /** What the pixels of the images show, if it is known of all. */
    public Optional<ImageSurvey> survey() {
        ImageSurvey all = new ImageSurvey();
        for (FeatureFile file : files) {
            Optional<ImageSurvey> own = file.survey();
            if (own.isEmpty()) {
                return own;
            }
            all.add(chosen.map(own.get()::of).orElseGet(own::get));
        }
        return Optional.of(all);
    }

    /**
     * Passes the features on, block by block.
     *
     * @param withSpatial whether spatial features are wanted
     * @throws io.adm4j.feedback.UserError if a file is damaged
     */
    public void forEach(boolean withSpatial, Consumer<FeatureBatch> each) {
        for (FeatureFile file : files) {
            file.read(withSpatial, chosen.map(IntStream::of).orElseGet(() -> IntStream.range(0, file.count())), each);
        }
    }
}
