package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.report.BaselineGate;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** An earlier evaluation to compare with, and by how much each score may be worse. */
public final class BaselineOptions {
    @Option(
            names = "--baseline",
            paramLabel = "REPORT",
            description =
                    "report.json of an earlier eval with the same settings, or its folder. Changes are shown; a score that"
                            + " is worse by more than its --max option allows makes the exit code 3. Without any --max option"
                            + " nothing fails.")
    private Path baseline;

    @Option(
            names = "--max-fid-increase",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            description = "Allowed rise of FID.")
    private Double fid;

    @Option(
            names = "--max-sfid-increase",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            description = "Allowed rise of sFID.")
    private Double sfid;

    @Option(
            names = "--max-fid-infinity-increase",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            description = "Allowed rise of FID-infinity.")
    private Double fidInfinity;

    @Option(
            names = "--max-kid-increase",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            description = "Allowed rise of KID.")
    private Double kid;

    @Option(
            names = "--max-inception-score-decrease",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            description = "Allowed fall of the Inception Score.")
    private Double inceptionScore;

    @Option(
            names = "--max-precision-decrease",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            description = "Allowed fall of precision.")
    private Double precision;

    @Option(
            names = "--max-recall-decrease",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            description = "Allowed fall of recall.")
    private Double recall;

    @Option(
            names = "--max-density-decrease",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            description = "Allowed fall of density.")
    private Double density;

    @Option(
            names = "--max-coverage-decrease",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            description = "Allowed fall of coverage.")
    private Double coverage;

    /**
     * Reads the baseline, if one was given.
     *
     * @throws UserError if it cannot be read, or there are limits without a baseline
     */
    public Optional<BaselineGate> open() {
        Map<Metric, Double> limits = new EnumMap<>(Metric.class);
        limit(limits, Metric.FID, fid);
        limit(limits, Metric.SFID, sfid);
        limit(limits, Metric.FID_INFINITY, fidInfinity);
        limit(limits, Metric.KID, kid);
        limit(limits, Metric.INCEPTION_SCORE, inceptionScore);
        limit(limits, Metric.PRECISION, precision);
        limit(limits, Metric.RECALL, recall);
        limit(limits, Metric.DENSITY, density);
        limit(limits, Metric.COVERAGE, coverage);
        if (baseline != null) {
            return Optional.of(BaselineGate.open(baseline, limits));
        }
        if (!limits.isEmpty()) {
            throw new UserError("Give --baseline with the report.json that the --max options are measured from.");
        }
        return Optional.empty();
    }

    private static void limit(Map<Metric, Double> limits, Metric metric, Double value) {
        if (value != null) {
            limits.put(metric, value);
        }
    }
}
