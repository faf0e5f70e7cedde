package io.adm4j.spark;

import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.FeatureMoments;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.metrics.GroupedBalls.Members;
import io.adm4j.harness.evaluation.metrics.KnownNeighborhoods;
import io.adm4j.harness.evaluation.metrics.NeighborhoodScores;
import io.adm4j.harness.evaluation.metrics.PublishedPrecisionRecall;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.run.FeatureParts;
import io.adm4j.harness.evaluation.run.PartSummaries;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * What takes the features of whole sets, on a cluster where no task holds one: their statistics, merged pairwise in the order of
 * the images, and their neighborhoods, group by group.
 */
final class SetStages {
    /** Vectors whose moments one task takes; the same on all clusters, so that sums are rounded alike. */
    private static final int SUMMED = 4096;

    private final JobContext context;
    private final PartFolder folder;
    private final EvaluatorSettings settings;
    private final int threads;
    private final int groupSize;

    /**
     * @param groupSize vectors of each set that a task holds, a multiple of 1024
     * @param threads that a task computes with; 0 for all
     */
    SetStages(JobContext context, PartFolder folder, EvaluatorSettings settings, int threads, int groupSize) {
        this.context = context;
        this.folder = folder;
        this.settings = settings;
        this.threads = threads;
        this.groupSize = groupSize;
    }

    /**
     * Computes what the report needs of whole sets.
     *
     * @param local the folder with all parts
     */
    void run(Path local) {
        PartSummaries kept = new PartSummaries(local);
        Map<String, List<FeatureFile>> sets = folder.features().stream()
                .map(name -> FeatureFile.open(local.resolve(name)))
                .sorted(Comparator.comparingInt(file -> part(file).from()))
                .collect(Collectors.groupingBy(file -> part(file).set(), LinkedHashMap::new, Collectors.toList()));
        sets.values().forEach(files -> summarize(files, kept));
        Set<String> references = new LinkedHashSet<>();
        sets.forEach((set, files) -> {
            if (FeatureParts.isReference(files.get(0).path())) {
                references.add(set);
            }
        });
        for (String reference : references) {
            Balls balls = new Balls(Objects.requireNonNull(sets.get(reference)));
            sets.forEach((set, files) -> {
                if (!references.contains(set)) {
                    kept.keep(reference, set, settings.k(), balls.with(files));
                }
            });
        }
    }

    private static FeatureFile.Part part(FeatureFile file) {
        return file.about().part().orElseThrow();
    }

    private PartGroups groups(List<FeatureFile> files, int size) {
        return new PartGroups(folder, files.stream().map(PartFile::of).toList(), size);
    }

    private void summarize(List<FeatureFile> files, PartSummaries kept) {
        PartGroups groups = groups(files, SUMMED);
        boolean spatial = files.get(0).hasSpatial() && settings.asksFor(Metric.SFID);
        int cores = threads;
        FeatureStatistics features = merged(groups, index -> {
                    Moments moments = new Moments(cores);
                    groups.forEach(index, false, batch -> moments.add(batch.features(), batch.count()));
                    return moments.finish();
                })
                .statistics();
        Optional<FeatureStatistics> spatialFeatures = spatial
                ? Optional.of(merged(groups, index -> {
                            Moments moments = new Moments(cores);
                            groups.forEach(
                                    index,
                                    true,
                                    batch -> moments.add(batch.spatial().orElseThrow(), batch.count()));
                            return moments.finish();
                        })
                        .statistics())
                : Optional.empty();
        kept.keep(files.get(0).about(), features, spatialFeatures);
    }

    /** Takes the moments of vectors. */
    private static final class Moments {
        private final int threads;
        private FeatureStatistics.@Nullable Accumulator sums;

        Moments(int threads) {
            this.threads = threads;
        }

        void add(float[] vectors, int count) {
            if (sums == null) {
                sums = new FeatureStatistics.Accumulator(vectors.length / count, ExecutorState.products(threads));
            }
            sums.add(vectors);
        }

        FeatureMoments finish() {
            return Objects.requireNonNull(sums).moments();
        }
    }

    /** Neighbors are merged, then pairs of these, and so on: in an order that no cluster changes. */
    private FeatureMoments merged(PartGroups groups, Function<Integer, FeatureMoments> moments) {
        return SparkFailure.translate(() -> {
            int left = groups.groups();
            JavaPairRDD<Integer, FeatureMoments> all = context.spark()
                    .parallelize(IntStream.range(0, left).boxed().toList(), left)
                    .mapToPair(index -> new Tuple2<>(index, moments.call(index)));
            for (; left > 1; left = (left + 1) / 2) {
                all = all.mapToPair(one -> new Tuple2<>(one._1() / 2, one))
                        .groupByKey()
                        .mapValues(SetStages::pair);
            }
            return all.first()._2();
        });
    }

    private static FeatureMoments pair(Iterable<Tuple2<Integer, FeatureMoments>> two) {
        List<Tuple2<Integer, FeatureMoments>> sorted = new ArrayList<>();
        two.forEach(sorted::add);
        sorted.sort(Comparator.comparing(Tuple2::_1));
        FeatureMoments first = sorted.get(0)._2();
        return sorted.size() == 1 ? first : first.merge(sorted.get(1)._2());
    }

    /** Neighborhoods of one reference and sets of samples. */
    private final class Balls {
        private final PartGroups reference;
        private final Radii exact;
        private final Radii published;

        Balls(List<FeatureFile> files) {
            this.reference = groups(files, groupSize);
            boolean precision = settings.asksFor(Metric.PRECISION) || settings.asksFor(Metric.RECALL);
            boolean density = settings.asksFor(Metric.DENSITY) || settings.asksFor(Metric.COVERAGE);
            boolean asPublished = files.get(0).hasSpatial();
            this.published = precision && asPublished ? radii(reference, true) : Radii.NONE;
            this.exact = density || precision && published.isEmpty() ? radii(reference, false) : Radii.NONE;
        }

        KnownNeighborhoods with(List<FeatureFile> files) {
            PartGroups samples = groups(files, groupSize);
            Radii half = published.isEmpty() ? Radii.NONE : radii(samples, true);
            Optional<PublishedPrecisionRecall> asPublished = half.isEmpty()
                    ? Optional.empty()
                    : Optional.of(members(samples, published, half, true))
                            .map(found -> new PublishedPrecisionRecall(
                                    share(found.samples(), samples), share(found.reference(), reference)));
            if (exact.isEmpty()) {
                return new KnownNeighborhoods(asPublished, Optional.empty());
            }
            Members found = members(samples, exact, radii(samples, false), false);
            return new KnownNeighborhoods(
                    asPublished,
                    Optional.of(new NeighborhoodScores(
                            share(found.samples(), samples),
                            share(found.reference(), reference),
                            found.balls() / ((double) settings.k() * samples.rows()),
                            share(found.covered(), reference),
                            settings.k())));
        }

        private static double share(BitSet points, PartGroups set) {
            return points.cardinality() / (double) set.rows();
        }

        private Members members(PartGroups samples, Radii own, Radii others, boolean asPublished) {
            BallRule balls = new BallRule(asPublished, settings.k(), threads);
            PartGroups centers = reference;
            List<Members> found = SparkFailure.translate(() -> {
                Broadcast<Radii> ownRadii = context.spark().broadcast(own);
                Broadcast<Radii> otherRadii = context.spark().broadcast(others);
                return context.run(
                        "Neighborhoods",
                        centers.groups(),
                        "groups",
                        indices(centers),
                        groups -> map(
                                groups,
                                group -> balls.open()
                                        .members(
                                                centers,
                                                group,
                                                ownRadii.value().groups().get(group),
                                                samples,
                                                otherRadii.value().all())));
            });
            return joined(found, centers, samples);
        }

        private static Members joined(List<Members> found, PartGroups reference, PartGroups samples) {
            BitSet sampleIsIn = new BitSet(samples.rows());
            BitSet referenceIsIn = new BitSet(reference.rows());
            BitSet covered = new BitSet(reference.rows());
            long balls = 0;
            for (int group = 0; group < found.size(); group++) {
                Members one = found.get(group);
                int from = reference.from(group);
                sampleIsIn.or(one.samples());
                one.reference().stream().forEach(point -> referenceIsIn.set(from + point));
                one.covered().stream().forEach(point -> covered.set(from + point));
                balls += one.balls();
            }
            return new Members(sampleIsIn, referenceIsIn, covered, balls);
        }
    }

    /** @param asPublished whether to take distances as the published evaluator */
    private Radii radii(PartGroups set, boolean asPublished) {
        BallRule balls = new BallRule(asPublished, settings.k(), threads);
        List<double[]> found = context.run(
                "Nearest neighbors",
                set.groups(),
                "groups",
                indices(set),
                groups -> map(groups, group -> balls.open().radii(set, group).orElse(Radii.UNKNOWN)));
        return found.stream().anyMatch(radii -> radii.length == 0) ? Radii.NONE : new Radii(found);
    }

    private static List<Integer> indices(PartGroups set) {
        return IntStream.range(0, set.groups()).boxed().toList();
    }

    private static <T> Iterator<T> map(Iterator<Integer> groups, java.util.function.Function<Integer, T> each) {
        List<T> found = new ArrayList<>();
        groups.forEachRemaining(group -> found.add(each.apply(group)));
        return found.iterator();
    }
}
