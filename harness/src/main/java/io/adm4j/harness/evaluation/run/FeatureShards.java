package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.features.FeatureExtractor.FeatureBatch;
import io.adm4j.harness.evaluation.features.FeatureStore;
import io.adm4j.io.ArrayFileException;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Features of one set of images on disk, a file a batch, so that an interrupted run resumes. */
final class FeatureShards implements FeatureStore {
    private static final String FEATURES = "features";
    private static final String SPATIAL = "spatial";
    private static final String PROBABILITIES = "probabilities";

    private final Path folder;

    /** @param folder of one set of images and one network; made if it is not there */
    FeatureShards(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UserError("Cannot write to " + folder + ": " + e.getMessage() + ".", e);
        }
    }

    /** Number of the first image of the last batch that is here; 0 if there is none. */
    int last() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[0-9]{9,10}\\.npz"))
                    .mapToInt(name -> Integer.parseInt(name.substring(0, name.indexOf('.'))))
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            throw new UserError("The folder " + folder + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    @Override
    public Optional<FeatureBatch> find(int from, int count) {
        if (!Files.exists(shard(from))) {
            return Optional.empty();
        }
        try {
            Map<String, Tensor> arrays = Npz.read(shard(from));
            if (arrays.get(FEATURES).dim(0) != count) {
                return Optional.empty();
            }
            return Optional.of(new FeatureBatch(
                    count,
                    arrays.get(FEATURES).toFloatArray(),
                    Optional.ofNullable(arrays.get(SPATIAL)).map(Tensor::toFloatArray),
                    Optional.ofNullable(arrays.get(PROBABILITIES)).map(Tensor::toFloatArray)));
        } catch (ArrayFileException damaged) {
            // As after a power failure; extracting them again is cheaper than an error.
            return Optional.empty();
        }
    }

    @Override
    public void keep(int from, FeatureBatch batch) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put(FEATURES, rows(batch, batch.features()));
        batch.spatial().ifPresent(values -> arrays.put(SPATIAL, rows(batch, values)));
        batch.probabilities().ifPresent(values -> arrays.put(PROBABILITIES, rows(batch, values)));
        Npz.write(shard(from), arrays);
    }

    private static Tensor rows(FeatureBatch batch, float[] values) {
        return Tensor.of(values, batch.count(), values.length / batch.count());
    }

    private Path shard(int from) {
        return folder.resolve(String.format(Locale.ROOT, "%09d.npz", from));
    }
}
