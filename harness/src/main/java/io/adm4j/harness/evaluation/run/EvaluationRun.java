package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.data.Resampling;
import io.adm4j.harness.evaluation.features.FeatureStore;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.result.Evaluation;
import io.adm4j.harness.evaluation.result.FeatureNetwork;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.result.Scores;
import io.adm4j.io.PngWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Scores sets of samples against one reference. With a work folder nothing that is finished is computed again: neither a
 * batch of generated samples, nor a batch of features, nor the result of a set.
 */
public final class EvaluationRun {
    private final Evaluator evaluator;
    private final String networkName;
    private final String networkIdentity;
    private final List<String> classNames;
    private final ReferenceImages reference;
    private final Optional<WorkFolder> work;
    private final boolean withGallery;
    private final ProgressListener progress;
    private MeasuredImages measuredReference;

    /**
     * @param networkName the feature network's name in reports
     * @param classNames names of the classes by number, by which those of samples and reference may be paired; empty if unknown
     * @param work empty to keep nothing
     * @param withGallery whether results have images to show
     */
    public EvaluationRun(
            Evaluator evaluator,
            String networkName,
            List<String> classNames,
            ReferenceImages reference,
            Optional<WorkFolder> work,
            boolean withGallery,
            ProgressListener progress) {
        this.evaluator = evaluator;
        this.networkName = networkName;
        this.networkIdentity = evaluator.identity();
        this.classNames = List.copyOf(classNames);
        this.reference = reference;
        this.work = work;
        this.withGallery = withGallery;
        this.progress = progress;
    }

    /**
     * The feature network; measures the reference.
     *
     * @throws io.adm4j.feedback.UserError if the reference does not fit it
     */
    public FeatureNetwork network() {
        return new FeatureNetwork(
                networkName,
                evaluator.networkSha256(),
                reference().statistics().dimension(),
                Optional.of(evaluator.resize())
                        .filter(filter -> filter != Resampling.NONE)
                        .map(Resampling::toString));
    }

    /**
     * Scores sets of samples.
     *
     * @param sets at least one, of as many channels as the feature network takes, or gray
     * @param model that generates the samples, if they are generated here
     * @throws io.adm4j.feedback.UserError if samples or reference cannot be scored; the message says why
     */
    public Evaluation evaluate(List<? extends SampleSet> sets, Optional<Model> model) {
        List<Result> results = new ArrayList<>();
        // Before anything is generated or measured.
        sets.forEach(this::pairing);
        for (SampleSet set : sets) {
            results.add(score(set, heading(set, results.size() + 1, sets.size())));
        }
        return new Evaluation(
                Instant.now(),
                LibraryVersions.adm4j(),
                LibraryVersions.current(),
                evaluator.device().name().toLowerCase(Locale.ROOT),
                evaluator.threads(),
                network(),
                reference.describe(),
                model,
                evaluator.settings(),
                results);
    }

    private static String heading(SampleSet set, int number, int of) {
        if (set.point().isEmpty()) {
            return "Samples";
        }
        SamplingPoint point = set.point().get();
        return of == 1
                ? "Sampling"
                : String.format(
                        Locale.ROOT,
                        "Sampling %d/%d (steps %s, scale %s)",
                        number,
                        of,
                        point.steps(),
                        point.classifierScale());
    }

    /** Measures the reference, once. */
    private MeasuredImages reference() {
        if (measuredReference == null) {
            measuredReference = measure(
                    "Reference",
                    reference.identity(),
                    reference.measured(),
                    (measuring, done) -> reference.measure(measuring, done));
        }
        return measuredReference;
    }

    /** @param heading of the progress */
    private Result score(SampleSet samples, String heading) {
        Optional<ResultCache> kept = work.map(folder -> new ResultCache(folder.path("scores", identity(samples))));
        Optional<Result> before = kept.flatMap(ResultCache::read);
        if (before.isPresent()) {
            return before.get();
        }
        Optional<ClassPairing> pairing = pairing(samples);
        Optional<ImageClasses> classes = pairing.map(ClassPairing::samples).or(samples::classes);
        MeasuredImages real = reference()
                .withLabels(pairing.map(ClassPairing::reference)
                        .or(() -> evaluator.settings().perClass() ? reference.classes() : Optional.empty())
                        .map(ImageClasses::labels));
        long begin = System.nanoTime();
        MeasuredImages measured = measure(heading, samples.identity(), samples.count(), samples::measure)
                .withLabels(classes.map(ImageClasses::labels));
        Scores scores = compare(real, measured);
        Result result = new Result(
                samples.point(),
                described(samples, classes),
                scores,
                (System.nanoTime() - begin) / 1e9,
                withGallery && samples.count() > 0 && PngWriter.holds(evaluator.channels())
                        ? Optional.of(GalleryPicker.pick(evaluator, reference, real, samples, classes, measured))
                        : Optional.empty());
        if (kept.isPresent()) {
            kept.get().write(result);
            samples.discard();
            WorkFolder.delete(features(work.get(), samples.identity()));
        }
        return result;
    }

    /** Which classes are which, if they are scored and both sets have some. */
    private Optional<ClassPairing> pairing(SampleSet samples) {
        return evaluator.settings().perClass()
                ? samples.classes()
                        .flatMap(own -> reference.classes().map(real -> ClassPairing.of(own, real, classNames)))
                : Optional.empty();
    }

    private ImageSet described(SampleSet samples, Optional<ImageClasses> classes) {
        ImageSet described =
                samples.describe().withClasses(classes.map(ImageClasses::names).orElse(List.of()));
        return samples.channels() == evaluator.channels() ? described : described.repeatingGray();
    }

    /** How images are measured with an evaluator that keeps their features. */
    private interface Measure {
        MeasuredImages with(Evaluator evaluator, LongConsumer done);
    }

    private MeasuredImages measure(String heading, String identity, int count, Measure measure) {
        Optional<FeatureCache> shards = work.map(folder -> new FeatureCache(features(folder, identity)));
        int before = shards.map(FeatureCache::last).orElse(0);
        try (Progress shown = progress.start(heading, before, count, "images")) {
            long[] seen = {0};
            return measure.with(
                    evaluator.keepingIn(shards.<FeatureStore>map(s -> s).orElse(FeatureStore.none())), done -> {
                        seen[0] += done;
                        if (seen[0] > before) {
                            shown.step(done);
                        }
                    });
        }
    }

    private Path features(WorkFolder folder, String identity) {
        return folder.path("features", networkIdentity + " of " + identity);
    }

    private Scores compare(MeasuredImages real, MeasuredImages samples) {
        try (Progress shown = progress.start("Comparing", evaluator.work(real, samples), "pairs")) {
            return evaluator.compare(real, samples, shown::step);
        }
    }

    private String identity(SampleSet samples) {
        return String.join(
                "\n",
                networkIdentity,
                reference.identity(),
                evaluator.settings().toString(),
                samples.identity(),
                evaluator.settings().perClass() ? "classes: " + classNames : "",
                "gallery: " + withGallery);
    }
}
