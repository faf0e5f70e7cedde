package io.adm4j.harness.report;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.JsonFields;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.ResultJson;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An earlier evaluation, as far as a later one is compared with it.
 *
 * @param file it was read from
 * @param created date and time in ISO form
 * @param networkSha256 of the feature network
 * @param k neighbor whose distance is the radius in precision and recall
 * @param inceptionSplit images in a part of the Inception Score
 */
record Baseline(
        Path file,
        String created,
        String networkSha256,
        String resize,
        ImageSet reference,
        int k,
        int inceptionSplit,
        List<Result> results) {
    private static final String VERSION = "schemaVersion";
    private static final String RESIZE = "resize";

    /**
     * Reads a {@code report.json}.
     *
     * @param path the file or the folder that holds it
     * @throws UserError if there is none, or it is damaged or of another schema
     */
    static Baseline read(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve(JsonReport.FILE) : path;
        if (!Files.isRegularFile(file)) {
            throw new UserError(
                    "There is no baseline " + file + "; --baseline takes the report.json of an earlier eval.");
        }
        JsonFields json = JsonFields.read(file, "The baseline", "make the baseline again");
        if (!json.hasInteger(VERSION)) {
            throw new UserError("The baseline " + file + " is no report of eval: it has no schemaVersion.");
        }
        if (json.integer(VERSION) != JsonReport.SCHEMA_VERSION) {
            throw new UserError("The baseline " + file + " has schema version " + json.integer(VERSION)
                    + ", but this program reads version " + JsonReport.SCHEMA_VERSION + "; make the baseline again.");
        }
        JsonFields settings = json.object("settings");
        return new Baseline(
                file,
                json.text("created"),
                json.object("featureNetwork").text("sha256"),
                resize(json.object("featureNetwork")),
                ResultJson.images(json.object("reference")),
                settings.integer("k"),
                settings.integer("inceptionSplit"),
                json.objects("results").stream().map(ResultJson::read).toList());
    }

    private static String resize(JsonFields network) {
        return network.has(RESIZE) ? network.text(RESIZE) : BaselineGate.NOT_RESIZED;
    }

    /** The earlier result for samples that were generated with the same settings, or that are the only set on both sides. */
    Optional<Result> find(Optional<SamplingPoint> point, ImageSet samples) {
        if (point.isPresent()) {
            return results.stream()
                    .filter(r -> r.point().isPresent() && r.point().get().samples(point.get()))
                    .findFirst();
        }
        List<Result> stored = results.stream().filter(r -> r.point().isEmpty()).toList();
        if (stored.size() == 1) {
            return Optional.of(stored.get(0));
        }
        return stored.stream()
                .filter(r -> r.samples().source().equals(samples.source()))
                .findFirst();
    }
}
