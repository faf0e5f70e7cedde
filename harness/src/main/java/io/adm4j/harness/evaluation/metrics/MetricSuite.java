package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.result.ClassScores;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.harness.evaluation.result.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/** The scores of one set of samples against one reference, and the sentences that say what they are. */
public final class MetricSuite {
    /** Of subsets, shuffles and resamples: scores repeat from run to run. */
    private static final long SEED = 0;

    private static final Set<Metric> OF_NEIGHBOURS =
            EnumSet.of(Metric.PRECISION, Metric.RECALL, Metric.DENSITY, Metric.COVERAGE);
    private static final Set<Metric> SHARES = EnumSet.of(Metric.PRECISION, Metric.RECALL);
    private static final Set<Metric> OF_IMAGES =
            EnumSet.of(Metric.KID, Metric.PRECISION, Metric.RECALL, Metric.DENSITY, Metric.COVERAGE);
    /** Roughly what a Fréchet distance costs, in inner products of features for each element of a covariance. */
    private static final long WORK_OF_FRECHET = 10;

    private final EvaluatorSettings settings;
    private final MatrixProducts products;
    private final boolean asPublished;
    private final LongConsumer done;
    private final List<Score> scores = new ArrayList<>();
    private final List<ClassScores> perClass = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** @param asPublished whether precision and recall are rounded as in the published evaluator, on whose features they are */
    public MetricSuite(EvaluatorSettings settings, MatrixProducts products, boolean asPublished, LongConsumer done) {
        this.asPublished = asPublished;
        this.settings = settings;
        this.products = products;
        this.done = done;
    }

    /** Whether any score asked for needs the features of the reference's images, not only their statistics. */
    public static boolean needsImages(EvaluatorSettings settings) {
        return settings.perClass() || settings.metrics().stream().anyMatch(OF_IMAGES::contains);
    }

    /** How much {@code done} is told of in all. */
    public static long work(
            EvaluatorSettings settings, boolean asPublished, MeasuredImages reference, MeasuredImages samples) {
        long square =
                (long) samples.statistics().dimension() * samples.statistics().dimension() * WORK_OF_FRECHET;
        long work = 0;
        work += settings.asksFor(Metric.FID) ? square : 0;
        work += settings.asksFor(Metric.FID_INFINITY) && samples.count() >= FrechetExtrapolation.FEWEST_SAMPLES
                ? FrechetExtrapolation.POINTS * square
                : 0;
        if (settings.asksFor(Metric.SFID) && bothSpatial(reference, samples)) {
            long spatial = samples.spatialStatistics().get().dimension();
            work += spatial * spatial * WORK_OF_FRECHET;
        }
        if (reference.features().isPresent()) {
            work += workOfImages(settings, asPublished, reference.count(), samples.count());
            for (Pair pair : settings.perClass() ? pairs(reference, samples, settings) : List.<Pair>of()) {
                work += workOfImages(settings, asPublished, pair.reference().length, pair.samples().length);
            }
        }
        return work;
    }

    private static long workOfImages(EvaluatorSettings settings, boolean asPublished, int reference, int samples) {
        long work = settings.asksFor(Metric.KID) ? KernelDistance.pairs(reference, samples) : 0;
        boolean shares = asksForAny(settings, SHARES);
        boolean exactly = asksForAny(settings, OF_NEIGHBOURS) && !(asPublished && onlyShares(settings));
        long rounds = (asPublished && shares ? 1 : 0) + (exactly ? 1 : 0);
        return work + rounds * NeighbourhoodScores.pairs(reference, samples);
    }

    private static boolean asksForAny(EvaluatorSettings settings, Set<Metric> metrics) {
        return metrics.stream().anyMatch(settings::asksFor);
    }

    private static boolean onlyShares(EvaluatorSettings settings) {
        return OF_NEIGHBOURS.stream().filter(settings::asksFor).allMatch(SHARES::contains);
    }

    private static boolean bothSpatial(MeasuredImages reference, MeasuredImages samples) {
        return reference.spatialStatistics().isPresent()
                && samples.spatialStatistics().isPresent();
    }

    public Scores of(MeasuredImages reference, MeasuredImages samples) {
        int dimension = samples.statistics().dimension();
        inceptionScore(samples);
        fid(reference, samples);
        sfid(reference, samples);
        if (settings.asksFor(Metric.FID_INFINITY)) {
            fidInfinity(reference, samples);
        }
        if (reference.features().isPresent()) {
            scores.addAll(ofImages(
                    reference.features().get(), samples.features().orElseThrow(), " on " + dimension + " features"));
        } else {
            leaveOut(
                    settings.metrics().stream().filter(OF_IMAGES::contains).toList(),
                    "the reference holds statistics only, no images");
        }
        if (settings.perClass()) {
            perClass(reference, samples);
        }
        scores.sort((a, b) -> a.metric().compareTo(b.metric()));
        return new Scores(scores, perClass, warnings, samples.count(), reference.count(), dimension);
    }

    private void leaveOut(List<Metric> metrics, String why) {
        if (!metrics.isEmpty()) {
            warnings.add(metrics.stream().map(Metric::title).collect(Collectors.joining(", "))
                    + (metrics.size() == 1 ? " was" : " were") + " left out: " + why + ".");
        }
    }

    private void inceptionScore(MeasuredImages samples) {
        if (!settings.asksFor(Metric.INCEPTION_SCORE)
                || samples.inceptionScore().isEmpty()) {
            return;
        }
        InceptionScore found = samples.inceptionScore().get();
        boolean single = found.splits() == 1;
        String parts = single
                ? "in one part"
                : "mean over " + found.splits() + " consecutive parts of " + settings.inceptionSplit()
                        + " in the samples' order, standard deviation over the parts "
                        + String.format(Locale.ROOT, "%.4g", found.standardDeviation());
        scores.add(new Score(
                Metric.INCEPTION_SCORE,
                found.mean(),
                single
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(found.standardDeviation() / Math.sqrt(found.splits())),
                Optional.empty(),
                "Exponential of the mean KL divergence between the network's class probabilities for an image and their"
                        + " average, " + samples.count() + " samples, " + parts + "."));
    }

    private void fid(MeasuredImages reference, MeasuredImages samples) {
        if (!settings.asksFor(Metric.FID)) {
            return;
        }
        String definition = frechet(reference.statistics(), samples.statistics(), "features");
        FrechetDistance distance;
        if (settings.bootstrap() > 0 && samples.features().isPresent()) {
            FrechetBootstrap found = FrechetBootstrap.of(
                    reference.statistics(),
                    samples.statistics(),
                    samples.features().get(),
                    settings.bootstrap(),
                    SEED,
                    products);
            distance = found.distance();
            scores.add(new Score(
                    Metric.FID,
                    distance.value(),
                    OptionalDouble.of(found.standardError()),
                    Optional.of(found.interval()),
                    definition + "; 95% interval from " + settings.bootstrap()
                            + " bootstrap resamples of the samples (to first" + " order, seed " + SEED
                            + "), the reference held fixed."));
        } else {
            distance = FrechetDistance.between(reference.statistics(), samples.statistics(), products);
            scores.add(Score.of(Metric.FID, distance.value(), definition + "."));
        }
        warnOfRank(Metric.FID, distance, reference.statistics(), samples.statistics());
        done.accept(WORK_OF_FRECHET
                * reference.statistics().dimension()
                * reference.statistics().dimension());
    }

    private void sfid(MeasuredImages reference, MeasuredImages samples) {
        if (!settings.asksFor(Metric.SFID)) {
            return;
        }
        if (!bothSpatial(reference, samples)) {
            leaveOut(
                    List.of(Metric.SFID),
                    samples.spatialStatistics().isEmpty()
                            ? "the feature network gives no spatial features"
                            : "the reference holds no statistics of spatial features (mu_s, sigma_s) and no images");
            return;
        }
        FeatureStatistics a = reference.spatialStatistics().get();
        FeatureStatistics b = samples.spatialStatistics().get();
        FrechetDistance distance = FrechetDistance.between(a, b, products);
        scores.add(Score.of(Metric.SFID, distance.value(), frechet(a, b, "spatial features") + "."));
        warnOfRank(Metric.SFID, distance, a, b);
        done.accept(WORK_OF_FRECHET * a.dimension() * a.dimension());
    }

    private static String frechet(FeatureStatistics reference, FeatureStatistics samples, String features) {
        return "Frechet distance between Gaussians with the means and unbiased covariances of " + samples.dimension()
                + " " + features + " of " + samples.count() + " samples and " + counted(reference);
    }

    private static String counted(FeatureStatistics reference) {
        return reference.count() == FeatureStatistics.UNKNOWN
                ? "of the data set whose statistics the reference holds"
                : "of " + reference.count() + " reference images";
    }

    private void warnOfRank(
            Metric metric, FrechetDistance distance, FeatureStatistics reference, FeatureStatistics samples) {
        if (distance.rankDeficient()) {
            long fewest = reference.count() == FeatureStatistics.UNKNOWN
                    ? samples.count()
                    : Math.min(samples.count(), reference.count());
            warnings.add(metric.title() + " from " + fewest + " images on " + samples.dimension()
                    + " features: the covariance lacks rank, so the figure is far too large to compare with others;"
                    + " take more images than features.");
        }
    }

    private void fidInfinity(MeasuredImages reference, MeasuredImages samples) {
        if (samples.count() < FrechetExtrapolation.FEWEST_SAMPLES) {
            leaveOut(
                    List.of(Metric.FID_INFINITY),
                    "it takes at least " + FrechetExtrapolation.FEWEST_SAMPLES + " samples");
            return;
        }
        int dimension = samples.statistics().dimension();
        FrechetExtrapolation found = FrechetExtrapolation.of(
                reference.statistics(),
                samples.features().orElseThrow(),
                SEED,
                products,
                points -> done.accept(points * WORK_OF_FRECHET * dimension * dimension));
        scores.add(Score.of(
                Metric.FID_INFINITY,
                found.value(),
                "Frechet distances on " + dimension + " features of " + found.points() + " growing sets of "
                        + found.fewest()
                        + " to " + samples.count() + " samples (shuffled with seed " + SEED + ") from the Gaussian "
                        + counted(reference.statistics())
                        + ", extrapolated by a line over 1/N to infinitely many samples."));
        if (found.fewest() <= dimension) {
            warnings.add("FID\u221e from " + found.fewest() + " samples up on " + dimension
                    + " features: covariances that lack" + " rank do not lie on its line; take more than "
                    + 2L * dimension + " samples.");
        }
    }

    /** KID and what lies in whose neighbourhood. */
    private List<Score> ofImages(FeatureMatrix reference, FeatureMatrix samples, String features) {
        List<Score> found = new ArrayList<>();
        if (settings.asksFor(Metric.KID)) {
            found.add(kernelDistance(reference, samples, features));
        }
        if (asksForAny(settings, OF_NEIGHBOURS)) {
            neighbours(reference, samples, features, found);
        }
        return found;
    }

    private Score kernelDistance(FeatureMatrix reference, FeatureMatrix samples, String features) {
        KernelDistance kid = KernelDistance.between(reference, samples, SEED, products, done);
        String sets = kid.subsets() == 1
                ? kid.sampleSize() + " samples and " + kid.referenceSize() + " reference images, taken whole"
                : "mean over " + kid.subsets() + " random subsets (seed " + SEED + ") of " + kid.sampleSize()
                        + " out of "
                        + samples.rows() + " samples and " + kid.referenceSize() + " out of " + reference.rows()
                        + " reference images, with the standard error of this mean";
        return new Score(
                Metric.KID,
                kid.value(),
                OptionalDouble.of(kid.standardError()),
                Optional.empty(),
                "Unbiased squared maximum mean discrepancy with the kernel (x.y / D + 1)^3" + features + ", " + sets
                        + ".");
    }

    private void neighbours(FeatureMatrix reference, FeatureMatrix samples, String features, List<Score> into) {
        Optional<PublishedPrecisionRecall> published = asPublished && asksForAny(settings, SHARES)
                ? PublishedPrecisionRecall.between(reference, samples, settings.k(), products, done)
                : Optional.empty();
        String balls = " reaching to the k-th nearest neighbour, k = " + settings.k() + "," + features;
        String a = reference.rows() + " reference images";
        String b = samples.rows() + " samples";
        Map<Metric, Score> all = new EnumMap<>(Metric.class);
        published.ifPresent(found -> shares(
                all,
                found.precision(),
                found.recall(),
                a,
                b,
                balls + ", squared distances in float16 as in the published evaluator."));
        if (published.isEmpty() || !onlyShares(settings)) {
            NeighbourhoodScores found = NeighbourhoodScores.between(reference, samples, settings.k(), products, done);
            if (published.isEmpty()) {
                shares(all, found.precision(), found.recall(), a, b, balls + ".");
            }
            all.put(
                    Metric.DENSITY,
                    Score.of(
                            Metric.DENSITY,
                            found.density(),
                            "Number of balls around " + a + " in which a sample lies, mean" + " over " + b
                                    + ", divided by k, the balls" + balls + "."));
            all.put(
                    Metric.COVERAGE,
                    Score.of(
                            Metric.COVERAGE,
                            found.coverage(),
                            "Share of the balls around " + a + " that hold any of " + b + ", the balls" + balls + "."));
        }
        OF_NEIGHBOURS.stream().filter(settings::asksFor).map(all::get).forEach(into::add);
    }

    private static void shares(
            Map<Metric, Score> into, double precision, double recall, String a, String b, String balls) {
        into.put(
                Metric.PRECISION,
                Score.of(Metric.PRECISION, precision, "Share of " + b + " within a ball around any of " + a + balls));
        into.put(
                Metric.RECALL,
                Score.of(Metric.RECALL, recall, "Share of " + a + " within a ball around any of " + b + balls));
    }

    /** The images of one class. */
    private record Pair(int label, int[] reference, int[] samples) {}

    private void perClass(MeasuredImages reference, MeasuredImages samples) {
        if (reference.labels().isEmpty()
                || samples.labels().isEmpty()
                || reference.features().isEmpty()) {
            warnings.add("Figures per class were left out: "
                    + (samples.labels().isEmpty()
                            ? "the samples have no labels."
                            : "the reference has no labelled images."));
            return;
        }
        List<Pair> pairs = pairs(reference, samples, settings);
        int deficient = 0;
        for (Pair pair : pairs) {
            FeatureMatrix a = reference.features().get().select(pair.reference());
            FeatureMatrix b = samples.features().orElseThrow().select(pair.samples());
            String features = " on " + a.columns() + " features, class " + pair.label();
            List<Score> found = new ArrayList<>();
            if (settings.asksFor(Metric.FID)) {
                FrechetDistance distance = distance(a, b);
                deficient += distance.rankDeficient() ? 1 : 0;
                found.add(Score.of(
                        Metric.FID,
                        distance.value(),
                        "Frechet distance between Gaussians with the means and"
                                + " unbiased covariances of " + b.rows() + " samples and " + a.rows()
                                + " reference images"
                                + features + "."));
            }
            found.addAll(ofImages(a, b, features));
            perClass.add(new ClassScores(pair.label(), b.rows(), a.rows(), found));
        }
        int dimension = samples.statistics().dimension();
        if (deficient > 0) {
            warnings.add("FID of " + deficient + " of " + pairs.size() + " classes is from no more images than the "
                    + dimension
                    + " features: those covariances lack rank, so these figures are far too large and compare only with"
                    + " others of the same counts.");
        }
        long classes = Arrays.stream(samples.labels().get()).distinct().count();
        if (pairs.size() < classes) {
            warnings.add((classes - pairs.size()) + " of the samples' " + classes
                    + " classes were left out: figures per class" + " take more than " + settings.k()
                    + " images of it among samples and reference.");
        }
    }

    private FrechetDistance distance(FeatureMatrix a, FeatureMatrix b) {
        return Math.min(a.rows(), b.rows()) <= a.columns()
                ? FrechetDistance.ofFew(a, b, products)
                : FrechetDistance.between(
                        FeatureStatistics.of(a, products), FeatureStatistics.of(b, products), products);
    }

    /** Classes with enough images in both sets, by label. */
    private static List<Pair> pairs(MeasuredImages reference, MeasuredImages samples, EvaluatorSettings settings) {
        if (reference.labels().isEmpty() || samples.labels().isEmpty()) {
            return List.of();
        }
        Map<Integer, List<Integer>> real = byLabel(reference.labels().get());
        List<Pair> pairs = new ArrayList<>();
        byLabel(samples.labels().get()).forEach((label, rows) -> {
            List<Integer> others = real.getOrDefault(label, List.of());
            if (Math.min(rows.size(), others.size()) > settings.k()) {
                pairs.add(new Pair(label, array(others), array(rows)));
            }
        });
        return pairs;
    }

    private static Map<Integer, List<Integer>> byLabel(int[] labels) {
        Map<Integer, List<Integer>> rows = new TreeMap<>();
        for (int i = 0; i < labels.length; i++) {
            rows.computeIfAbsent(labels[i], l -> new ArrayList<>()).add(i);
        }
        return rows;
    }

    private static int[] array(List<Integer> numbers) {
        return numbers.stream().mapToInt(n -> n).toArray();
    }
}
