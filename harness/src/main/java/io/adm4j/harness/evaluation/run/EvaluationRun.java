package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.data.Resampling;
import io.adm4j.harness.evaluation.features.ImageSurvey;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.metrics.ScoreDifferences;
import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.FeatureNetwork;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Memorization;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SampleComparison;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.result.Scores;
import io.adm4j.harness.evaluation.traps.ScoredSet;
import io.adm4j.harness.evaluation.traps.ScoredSets;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.Tensor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Scores sets of samples against one reference. With a work folder nothing that is finished is computed again: neither a
 * batch of generated samples, nor a batch of features, nor the result of a set.
 */
public final class EvaluationRun {
    private final Evaluator evaluator;
    private final String networkName;
    private final List<String> classNames;
    private final ReferenceImages reference;
    private final Optional<ReferenceImages> training;
    private final Optional<WorkFolder> work;
    private final ReportDetail detail;
    private final FeatureKeeping keeping;
    private final ProgressListener progress;
    private final ImageMeasuring measuring;
    private MeasuredImages measuredReference;
    private ImageSurvey surveyOfReference = new ImageSurvey();
    private MemorizationSearch search;

    /**
     * @param networkName the feature network's name in reports
     * @param classNames names of the classes by number, by which those of samples and reference may be paired; empty if unknown
     * @param work empty to keep nothing
     * @param detail what results have beside scores
     */
    public EvaluationRun(
            Evaluator evaluator,
            String networkName,
            List<String> classNames,
            ReferenceImages reference,
            Optional<WorkFolder> work,
            ReportDetail detail,
            ProgressListener progress) {
        this(
                evaluator,
                networkName,
                classNames,
                reference,
                Optional.empty(),
                work,
                detail,
                FeatureKeeping.none(),
                progress);
    }

    private EvaluationRun(
            Evaluator evaluator,
            String networkName,
            List<String> classNames,
            ReferenceImages reference,
            Optional<ReferenceImages> training,
            Optional<WorkFolder> work,
            ReportDetail detail,
            FeatureKeeping keeping,
            ProgressListener progress) {
        this.training = training;
        this.evaluator = evaluator;
        this.networkName = networkName;
        this.classNames = List.copyOf(classNames);
        this.reference = reference;
        this.work = work;
        this.detail = detail;
        this.keeping = keeping;
        this.progress = progress;
        this.measuring = new ImageMeasuring(evaluator, work, keeping, progress);
    }

    /** The same run, which takes features from where they are kept, and keeps those that it extracts. */
    public EvaluationRun keeping(FeatureKeeping features) {
        return new EvaluationRun(
                evaluator, networkName, classNames, reference, training, work, detail, features, progress);
    }

    /** The same run, which also looks for samples that repeat images of the training set. */
    public EvaluationRun besideTraining(ReferenceImages images) {
        return new EvaluationRun(
                evaluator, networkName, classNames, reference, Optional.of(images), work, detail, keeping, progress);
    }

    /**
     * The feature network; measures the reference.
     *
     * @throws io.adm4j.feedback.UserError if the reference does not fit it
     */
    public FeatureNetwork network() {
        return new FeatureNetwork(
                evaluator
                        .publishedName()
                        .map(published -> published + " (" + networkName + ")")
                        .orElse(networkName),
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
    public EvaluationReport evaluate(List<? extends SampleSet> sets, Optional<Model> model) {
        return compare(List.of(sets), model);
    }

    /**
     * Scores the sets of several models, and compares those of each with those of the first: one by one, or all with the only
     * one of the first. Nothing but features is kept of a set until all are compared.
     *
     * @param models the sets of each, as many of all but the first, which has as many or one
     * @param model that generates the samples, if there is one
     * @throws io.adm4j.feedback.UserError if samples or reference cannot be scored; the message says why
     */
    public EvaluationReport compare(List<? extends List<? extends SampleSet>> models, Optional<Model> model) {
        List<SampleSet> sets = new ArrayList<>();
        models.forEach(sets::addAll);
        List<Result> results = new ArrayList<>();
        List<MeasuredImages> measured = new ArrayList<>();
        // Before anything is generated or measured.
        sets.forEach(this::pairing);
        keeping.parts().ifPresent(parts -> parts.require(measured(sets)));
        for (SampleSet set : sets) {
            String heading = heading(set, results.size() + 1, sets.size());
            if (models.size() == 1) {
                results.add(score(set, heading));
            } else {
                Scored scored =
                        measureAndScore(set, heading, evaluator.settings().bootstrap() > 0);
                results.add(scored.result());
                measured.add(scored.samples());
            }
        }
        return new EvaluationReport(
                Instant.now(),
                LibraryVersions.adm4j(),
                LibraryVersions.current(),
                evaluator.device().name().toLowerCase(Locale.ROOT),
                evaluator.threads(),
                network(),
                reference.describe(),
                model,
                evaluator.settings(),
                results,
                models.size() == 1
                        ? List.of()
                        : comparisons(
                                results,
                                measured,
                                models.get(0).size(),
                                models.get(models.size() - 1).size()));
    }

    /**
     * @param firsts number of sets of the first model
     * @param points number of sets of each other model
     */
    private List<SampleComparison> comparisons(
            List<Result> results, List<MeasuredImages> measured, int firsts, int points) {
        List<SampleComparison> comparisons = new ArrayList<>();
        for (int first = 0; first < firsts; first++) {
            MeasuredImages one = measured.get(first);
            ScoreDifferences differences =
                    evaluator.differences(reference(), one, results.get(first).scores());
            for (int second = firsts; second < results.size(); second++) {
                if ((second - firsts) % points % firsts == first) {
                    MeasuredImages other = measured.get(second);
                    comparisons.add(new SampleComparison(
                            first,
                            second,
                            Math.min(one.count(), other.count()),
                            differences(differences, other, results.get(second).scores())));
                }
            }
        }
        return comparisons.stream()
                .sorted(Comparator.comparingInt(SampleComparison::second))
                .toList();
    }

    private List<Difference> differences(ScoreDifferences differences, MeasuredImages second, Scores scores) {
        try (Progress shown = progress.start("Chance of differences", differences.work(second), "pairs")) {
            return differences.of(second, scores, shown::step);
        }
    }

    /** Digest of each set whose images are measured, the reference among them, to its name. */
    private Map<String, String> measured(List<? extends SampleSet> sets) {
        Map<String, String> digests = new LinkedHashMap<>();
        if (reference.measured() > 0) {
            digests.put(reference.images("").set(evaluator), "reference");
        }
        for (int i = 0; i < sets.size(); i++) {
            SampleSet set = sets.get(i);
            if (set.hasImages()) {
                String name = sets.size() == 1
                        ? "samples"
                        : set.point().map(point -> "samples of " + point).orElse("samples " + (i + 1));
                digests.put(set.images("").set(evaluator), name);
            }
        }
        return digests;
    }

    private static String heading(SampleSet set, int number, int of) {
        if (set.point().isEmpty()) {
            return of == 1 ? "Samples" : "Samples " + number + "/" + of;
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
            measuredReference = measuring.measure(reference.images("Reference"), surveyOfReference, reference::measure);
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
        Result result = measureAndScore(samples, heading, false).result();
        if (kept.isPresent()) {
            kept.get().write(result);
            samples.discard();
            measuring.discard(samples.images(heading));
        }
        return result;
    }

    /** A result with the features that it is from. */
    private record Scored(Result result, MeasuredImages samples) {}

    /** @param forDifferences whether to keep what differences between scores take */
    private Scored measureAndScore(SampleSet samples, String heading, boolean forDifferences) {
        Optional<ClassPairing> pairing = pairing(samples);
        Optional<ImageClasses> classes = pairing.map(ClassPairing::samples).or(samples::classes);
        MeasuredImages real = reference()
                .withLabels(pairing.map(ClassPairing::reference)
                        .or(() -> evaluator.settings().perClass() ? reference.classes() : Optional.empty())
                        .map(ImageClasses::labels));
        long begin = System.nanoTime();
        ImageSurvey survey = new ImageSurvey();
        MeasuredImages measured = measuring
                .measure(
                        samples.images(heading),
                        survey,
                        (keeping, done) -> samples.measure(forDifferences ? keeping.keepingSpatial() : keeping, done))
                .withLabels(classes.map(ImageClasses::labels));
        ImageSet described = described(samples, classes);
        Scores scores = compare(real, measured);
        Optional<Memorization> memorization =
                training.map(images -> search(images, real).of(samples, measured));
        Result result = new Result(
                samples.point(),
                described,
                scores.withWarnings(traps(samples, new Measured(described, measured, survey), real, scores)),
                (System.nanoTime() - begin) / 1e9,
                showsImages() && samples.hasImages()
                        ? Optional.of(GalleryPicker.pick(evaluator, reference, real, samples, classes, measured))
                        : Optional.empty(),
                detail == ReportDetail.SCORES
                        ? Optional.empty()
                        : new DistanceRanking(evaluator, reference, showsImages(), progress)
                                .of(samples, measured, real),
                memorization);
        return new Scored(result, measured);
    }

    private boolean showsImages() {
        return detail == ReportDetail.IMAGES && PngWriter.holds(evaluator.channels());
    }

    private MemorizationSearch search(ReferenceImages images, MeasuredImages real) {
        if (search == null) {
            FeatureImages whole =
                    images.images("Training images", 0, images.describe().count());
            MeasuredImages measured = measuring.measure(whole, new ImageSurvey(), (extracting, done) -> {
                try (ImageStream all = images.open()) {
                    return extracting.measure(all, done);
                }
            });
            search = new MemorizationSearch(
                    evaluator,
                    images,
                    measured.features().orElseThrow(),
                    Optional.of(real).filter(r -> !images.identity().equals(reference.identity())),
                    showsImages(),
                    progress);
        }
        return search;
    }

    /** Samples with what is known of them. */
    private record Measured(ImageSet described, MeasuredImages features, ImageSurvey survey) {}

    /** Why the scores may mislead, as far as the sets show it. */
    private List<String> traps(SampleSet samples, Measured measured, MeasuredImages real, Scores scores) {
        Optional<ClassPairing> pairing = samples.classes().flatMap(this::likelyPairing);
        Optional<ImageSurvey> survey = reference.hasImages()
                ? complete(surveyOfReference, reference.describe().count(), reference::open)
                : reference.survey();
        surveyOfReference = survey.orElse(surveyOfReference);
        return evaluator
                .traps()
                .warnings(new ScoredSets(
                        new ScoredSet(
                                measured.described(),
                                measured.features(),
                                samples.hasImages()
                                        ? complete(
                                                measured.survey(),
                                                samples.generated()
                                                        ? measured.survey().count()
                                                        : samples.count(),
                                                samples::open)
                                        : samples.survey(),
                                pairing.map(pair -> pair.samples().labels())),
                        new ScoredSet(
                                reference.describe(),
                                real,
                                survey,
                                pairing.map(pair -> pair.reference().labels())),
                        scores,
                        label -> pairing.orElseThrow().className(label, classNames)));
    }

    /** Which classes are which, where that can be told. */
    private Optional<ClassPairing> likelyPairing(ImageClasses own) {
        try {
            return reference.knownClasses().map(real -> ClassPairing.of(own, real, classNames));
        } catch (UserError e) {
            // Only scores by class need them.
            return Optional.empty();
        }
    }

    /** A survey of all images of a set: of those that were not measured, as where statistics were enough, too. */
    private Optional<ImageSurvey> complete(ImageSurvey survey, int count, Supplier<ImageStream> images) {
        if (count == 0) {
            return Optional.empty();
        }
        if (survey.count() == count) {
            return Optional.of(survey);
        }
        ImageSurvey all = new ImageSurvey();
        try (ImageStream stream = images.get().withChannels(evaluator.channels());
                Progress shown = progress.start("Looking for traps", count, "images")) {
            int batch = evaluator.settings().batchSize();
            for (Tensor rows = stream.next(batch); rows != null; rows = stream.next(batch)) {
                all.add(rows);
                shown.step(rows.dim(0));
            }
        }
        return Optional.of(all);
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

    private Scores compare(MeasuredImages real, MeasuredImages samples) {
        try (Progress shown = progress.start("Comparing", evaluator.work(real, samples), "pairs")) {
            return evaluator.compare(real, samples, shown::step);
        }
    }

    private String identity(SampleSet samples) {
        return String.join(
                "\n",
                evaluator.identity(),
                reference.identity(),
                evaluator.settings().toString(),
                samples.identity(),
                evaluator.settings().perClass() ? "classes: " + classNames : "",
                "detail: " + detail,
                training.map(images -> "training images: " + images.identity()).orElse(""));
    }
}
