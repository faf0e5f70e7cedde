package io.adm4j.harness.evaluation.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.harness.evaluation.result.JsonFields;
import io.adm4j.harness.evaluation.result.Memorization;
import io.adm4j.harness.evaluation.result.ReferenceDistances;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.ResultJson;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** The result of one set of samples on disk, so that a sweep that was interrupted has only the others left to do. */
final class ResultCache {
    private final Path scores;
    private final Path gallery;
    private final Path distances;
    private final Path memorized;

    /** @param file without ending; of this result alone */
    ResultCache(Path file) {
        this.scores = file.resolveSibling(file.getFileName() + ".json");
        this.gallery = file.resolveSibling(file.getFileName() + ".npz");
        this.distances = file.resolveSibling(file.getFileName() + "-distances.npz");
        this.memorized = file.resolveSibling(file.getFileName() + "-memorization.npz");
    }

    /** The result, if it was kept. */
    Optional<Result> read() {
        if (!Files.exists(scores)) {
            return Optional.empty();
        }
        Result result = ResultJson.read(JsonFields.read(scores, "The kept result", "remove it"));
        return Optional.of(result.with(readGallery(gallery))
                .withDistances(result.distances().map(found -> found.with(readGallery(distances))))
                .withMemorization(result.memorization().map(found -> found.with(readGallery(memorized)))));
    }

    /** Keeps a result. */
    void write(Result result) {
        result.gallery().ifPresent(shown -> writeGallery(gallery, shown));
        result.distances().flatMap(ReferenceDistances::images).ifPresent(shown -> writeGallery(distances, shown));
        result.memorization().flatMap(Memorization::images).ifPresent(shown -> writeGallery(memorized, shown));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ResultJson.write(json, result);
        try {
            AtomicFile.writeString(scores, json.toPrettyString());
        } catch (IOException e) {
            throw new UserError("Cannot write to " + scores + ": " + e.getMessage() + ".", e);
        }
    }

    private static void writeGallery(Path file, Gallery shown) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("pictures", shown.images());
        if (!shown.labels().isEmpty()) {
            long[] labels =
                    shown.labels().stream().mapToLong(Integer::longValue).toArray();
            arrays.put("labels", Tensor.of(labels, labels.length));
        }
        for (int i = 0; i < shown.nearest().size(); i++) {
            Gallery.Nearest near = shown.nearest().get(i);
            double[] distances =
                    near.distances().stream().mapToDouble(Double::doubleValue).toArray();
            arrays.put("nearest" + i, near.images());
            arrays.put("distances" + i, Tensor.of(distances, distances.length));
        }
        Npz.write(file, arrays);
    }

    private static Optional<Gallery> readGallery(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Map<String, Tensor> arrays = Npz.read(file);
        List<Integer> labels = arrays.containsKey("labels")
                ? LongStream.of(arrays.get("labels").toLongArray())
                        .mapToObj(l -> (int) l)
                        .toList()
                : List.of();
        List<Gallery.Nearest> nearest = new ArrayList<>();
        for (int i = 0; arrays.containsKey("nearest" + i); i++) {
            nearest.add(new Gallery.Nearest(
                    arrays.get("nearest" + i),
                    DoubleStream.of(arrays.get("distances" + i).toDoubleArray())
                            .boxed()
                            .toList()));
        }
        return Optional.of(new Gallery(arrays.get("pictures"), labels, nearest));
    }
}
