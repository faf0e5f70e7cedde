package io.adm4j.harness.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.UserError;
import io.adm4j.harness.metrics.EvaluatorSettings;
import io.adm4j.harness.metrics.Score;
import io.adm4j.harness.metrics.Scores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The scores of one set of samples with all that is needed to understand and repeat them, as a table for people and as
 * JSON for programs.
 *
 * @param seconds that measuring and comparing took
 */
public record ScoreReport(
        FeatureNetwork network, PictureSet samples, PictureSet reference, EvaluatorSettings settings, Scores scores, double seconds) {
    private static final int FORMAT_VERSION = 1;

    /** What the figures may be compared with. */
    public static final String COMPARABILITY =
            "Scores on these features compare only with each other: same feature network, same reference, same counts.";

    /**
     * The network whose features the scores are computed on.
     *
     * @param name for people
     */
    public record FeatureNetwork(String name, String sha256) {}

    /**
     * A set of pictures.
     *
     * @param source where they come from
     * @param imageSize height and width in pixels
     * @param sha256 of the source, if it is made of files
     */
    public record PictureSet(String source, int count, int imageSize, Optional<String> sha256) {}

    /** The table that is printed, with what one has to know about its figures. */
    public List<String> lines() {
        String ruler = "-".repeat(64);
        List<String> lines = new ArrayList<>(List.of(
                row("Samples", samples.count() + " of " + size(samples) + "  " + samples.source()),
                row("Reference", reference.count() + " of " + size(reference) + "  " + reference.source()),
                row("Features", scores.featureCount() + "  " + network.name()),
                ruler));
        for (Score score : scores.scores()) {
            lines.add(row(score.metric().title(), figure(score.value(), 4)
                    + (score.metric().lowerIsBetter() ? "  lower is better" : "  higher is better")));
        }
        lines.add(ruler);
        lines.add(COMPARABILITY);
        return lines;
    }

    private static String row(String name, String value) {
        return String.format(Locale.ROOT, "%-18s %s", name, value);
    }

    private static String size(PictureSet set) {
        return set.imageSize() + "x" + set.imageSize();
    }

    private static String figure(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** The report as a tree; figures are in {@code scores}, with their definitions beside them. */
    public ObjectNode toJson() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("formatVersion", FORMAT_VERSION);
        ObjectNode figures = root.putObject("scores");
        ObjectNode definitions = root.putObject("definitions");
        for (Score score : scores.scores()) {
            figures.put(score.metric().key(), score.value());
            definitions.put(score.metric().key(), score.definition());
        }
        ObjectNode chosen = root.putObject("settings");
        chosen.put("k", settings.k());
        chosen.put("inceptionSplit", settings.inceptionSplit());
        ObjectNode features = root.putObject("featureNetwork");
        features.put("name", network.name());
        features.put("sha256", network.sha256());
        features.put("features", scores.featureCount());
        describe(root.putObject("samples"), samples);
        describe(root.putObject("reference"), reference);
        root.put("comparability", COMPARABILITY);
        scores.warnings().forEach(root.putArray("warnings")::add);
        root.put("seconds", seconds);
        return root;
    }

    private static void describe(ObjectNode node, PictureSet set) {
        node.put("source", set.source());
        node.put("count", set.count());
        node.put("imageSize", set.imageSize());
        set.sha256().ifPresent(sum -> node.put("sha256", sum));
    }

    /**
     * Writes the JSON.
     *
     * @throws UserError if the file cannot be written
     */
    public void write(Path file) {
        try {
            if (file.toAbsolutePath().getParent() != null) {
                Files.createDirectories(file.toAbsolutePath().getParent());
            }
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), toJson());
        } catch (IOException e) {
            throw new UserError("The report " + file + " could not be written: " + e.getMessage() + ".", e);
        }
    }
}
