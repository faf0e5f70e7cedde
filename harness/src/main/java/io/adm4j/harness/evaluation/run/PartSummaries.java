package io.adm4j.harness.evaluation.run;

import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.features.ReferenceBatch;
import io.adm4j.harness.evaluation.features.ReferenceWriter;
import io.adm4j.harness.evaluation.metrics.KnownNeighborhoods;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What several processes found of the sets whose features are in parts, in files beside these: whoever joins the parts need not
 * compute it again.
 */
public final class PartSummaries {
    private final Path folder;

    /** @param folder of the parts */
    public PartSummaries(Path folder) {
        this.folder = folder;
    }

    /**
     * Keeps the statistics of a set.
     *
     * @param about any of its parts
     * @throws io.adm4j.feedback.UserError if they cannot be written
     */
    public void keep(
            FeatureFile.About about, FeatureStatistics statistics, Optional<FeatureStatistics> spatialStatistics) {
        ReferenceWriter.writeStatistics(
                statistics(about.part().orElseThrow().set()),
                new MeasuredImages(
                        (int) statistics.count(),
                        Optional.empty(),
                        statistics,
                        spatialStatistics,
                        Optional.empty(),
                        Optional.empty()),
                about.networkSha256(),
                about.resize());
    }

    /**
     * Keeps the neighborhoods of two sets.
     *
     * @param reference digest of the set
     * @param samples digest of the set
     * @param k of the neighbor that is the radius
     * @throws io.adm4j.feedback.UserError if they cannot be written
     */
    public void keep(String reference, String samples, int k, KnownNeighborhoods found) {
        found.write(neighborhoods(reference, samples, k));
    }

    /** The statistics of the set that a part is of, as far as they are kept. */
    ReferenceBatch statistics(FeatureFile part) {
        Path file = statistics(part.about().part().orElseThrow().set());
        return Files.exists(file)
                ? ReferenceBatch.read(
                        file,
                        part::dimension,
                        part.about()::networkSha256,
                        part.about().resize())
                : ReferenceBatch.NONE;
    }

    /** The neighborhoods of two sets, as far as they are kept. */
    Optional<KnownNeighborhoods> find(String reference, String samples, int k) {
        return Optional.of(neighborhoods(reference, samples, k))
                .filter(Files::exists)
                .map(KnownNeighborhoods::read);
    }

    private Path statistics(String set) {
        return folder.resolve("statistics-" + set + ".npz");
    }

    private Path neighborhoods(String reference, String samples, int k) {
        return folder.resolve("neighborhoods-" + reference + "-" + samples + "-k" + k + ".json");
    }
}
