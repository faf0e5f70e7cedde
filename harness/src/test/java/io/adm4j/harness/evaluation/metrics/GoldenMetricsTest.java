package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.Golden;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.PredictionStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every {@code metrics*} case: its figures against ours. */
class GoldenMetricsTest {
    private static final String INCEPTION_SCORE = "inception_score_split_";

    static List<String> cases() {
        return Golden.cases("metrics");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void matches(String name) throws IOException {
        Map<String, Tensor> arrays = Npz.read(Golden.file(name + ".npz"));
        JsonNode figures =
                new ObjectMapper().readTree(Golden.file(name + ".json").toFile());
        int checked = 0;
        try (MatrixProducts products = MatrixProducts.open(0)) {
            if (figures.has("fid")) {
                FrechetDistance distance = FrechetDistance.between(
                        FeatureStatistics.of(features(arrays, "ref"), products),
                        FeatureStatistics.of(features(arrays, "sample"), products),
                        products);
                assertEquals(figures.get("fid").asDouble(), distance.value(), 1e-4, "FID");
                checked++;
            }
            if (figures.has("precision")) {
                NeighborhoodScores found = NeighborhoodScores.between(
                        features(arrays, "ref"),
                        features(arrays, "sample"),
                        figures.get("k").asInt(),
                        products,
                        pairs -> {});
                assertEquals(figures.get("precision").asDouble(), found.precision(), 1e-6, "precision");
                assertEquals(figures.get("recall").asDouble(), found.recall(), 1e-6, "recall");
                checked++;
            }
        }
        for (String key : (Iterable<String>) figures::fieldNames) {
            if (key.startsWith(INCEPTION_SCORE)) {
                int split = Integer.parseInt(key.substring(INCEPTION_SCORE.length()));
                assertEquals(
                        figures.get(key).asDouble(),
                        score(arrays.get("softmax"), split).mean(),
                        1e-6,
                        key);
                checked++;
            }
        }
        assertTrue(checked > 0, "no figure of " + name + " was checked");
    }

    private static FeatureMatrix features(Map<String, Tensor> arrays, String name) {
        return FeatureMatrix.of(arrays.get(name));
    }

    private static InceptionScore score(Tensor probabilities, int split) {
        int classes = (int) probabilities.dim(1);
        float[] values = probabilities.toFloatArray();
        PredictionStatistics.Accumulator accumulator = new PredictionStatistics.Accumulator(classes, split);
        accumulator.add(values);
        return InceptionScore.of(accumulator.finish());
    }
}
