package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.FeatureFileWriter;
import io.adm4j.harness.evaluation.features.ImageSurvey;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.sampling.Share;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Extracts features into files: of whole sets, or of the part that one of several processes takes. */
public final class FeatureExtraction {
    private final Evaluator evaluator;
    private final String networkName;
    private final ImageMeasuring measuring;

    /**
     * @param networkName the feature network's name in reports
     * @param work where finished batches are kept in case this is interrupted; empty to keep none
     */
    public FeatureExtraction(
            Evaluator evaluator,
            String networkName,
            Optional<WorkFolder> work,
            FeatureKeeping keeping,
            ProgressListener progress) {
        this.evaluator = evaluator;
        this.networkName = networkName;
        this.measuring = new ImageMeasuring(evaluator, work, keeping, progress);
    }

    /**
     * Writes the features of samples with their labels and statistics.
     *
     * @param file replaced if it exists, once the new one is complete
     * @throws io.adm4j.feedback.UserError if the images do not fit the network, or the file cannot be written
     */
    public FeatureFile write(SampleSet samples, Path file) {
        FeatureImages images = samples.images("Features");
        ImageSet described = samples.describe()
                .withClasses(samples.classes().map(ImageClasses::names).orElse(List.of()));
        write(images, described, samples.classes(), Optional.empty(), file);
        return FeatureFile.open(file);
    }

    /**
     * Writes the features of a part of each set, and of the reference if its images are measured.
     *
     * @param folder for one file each
     * @return the files
     * @throws io.adm4j.feedback.UserError as {@link #write(SampleSet, Path)}
     */
    public List<Path> writeParts(List<? extends SampleSet> sets, ReferenceImages reference, Share share, Path folder) {
        List<Path> files = new ArrayList<>();
        if (reference.measured() > 0) {
            FeatureImages whole = reference.images("Reference");
            int from = share.from(whole.count());
            int to = share.to(whole.count());
            files.add(writePart(
                    whole, reference.images("Reference", from, to), reference.describe(), share, from, folder));
        }
        for (SampleSet set : sets) {
            int from = share.from(set.count());
            int to = share.to(set.count());
            SampleSet part = set.part(from, to);
            files.add(writePart(set.images("Samples"), part.images("Samples"), part.describe(), share, from, folder));
            part.discard();
        }
        return files;
    }

    private Path writePart(
            FeatureImages whole, FeatureImages part, ImageSet described, Share share, int from, Path folder) {
        FeatureFile.Part about =
                new FeatureFile.Part(whole.set(evaluator), share.number(), share.of(), from, whole.count());
        Path file = FeatureParts.file(folder, whole.heading().toLowerCase(Locale.ROOT), about);
        write(part, described, Optional.empty(), Optional.of(about), file);
        return file;
    }

    private void write(
            FeatureImages images,
            ImageSet described,
            Optional<ImageClasses> classes,
            Optional<FeatureFile.Part> part,
            Path file) {
        ImageSurvey survey = new ImageSurvey();
        try (FeatureFileWriter writer = FeatureFileWriter.create(file)) {
            Optional<MeasuredImages> measured = measuring.measure(images, survey, (keeping, done) -> {
                try (ImageStream stream = images.stream().get().withChannels(keeping.channels())) {
                    return keeping.extract(stream, part.isEmpty() && images.count() > 1, writer::add, done);
                }
            });
            writer.finish(
                    FeatureImages.about(evaluator.space().named(networkName), described, part),
                    classes.map(ImageClasses::labels),
                    measured,
                    survey);
        }
        measuring.discard(images);
    }
}
