package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.report.BaselineGate;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** An earlier evaluation to compare with and by how much each score may be worse, and when another set of samples is. */
public final class BaselineOptions {
    @Option(
            names = "--baseline",
            paramLabel = "REPORT",
            description =
                    "report.json of an earlier eval with the same settings, or its folder. Changes are shown; a score"
                            + " that is worse by more than its --max option allows makes the exit code 3. Without any"
                            + " --max option nothing fails.")
    private Path baseline;

    @Option(
            names = "--fail-if-worse",
            arity = "0..1",
            fallbackValue = "all",
            paramLabel = "NAME",
            description = "Of several sets of samples: exit code 1 if any is significantly worse than the first, by the"
                    + " metrics named, separated by commas, or by any (default: any).")
    private String failIfWorse;

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

    /**
     * The metrics in which no set of samples may be significantly worse than the first; empty if it may.
     *
     * @param settings of the evaluation
     * @param compared whether there are several sets to compare
     * @throws UserError if there is no such metric, or nothing would be known of it
     */
    public Set<Metric> failIfWorse(EvaluatorSettings settings, boolean compared) {
        if (failIfWorse == null) {
            return Set.of();
        }
        Set<Metric> metrics = Metric.select(List.of(failIfWorse.split(",")));
        if (!compared) {
            throw new UserError(
                    "--fail-if-worse compares sets of samples: name at least two, the first to compare with.");
        }
        if (settings.bootstrap() == 0) {
            throw new UserError("--fail-if-worse takes confidence intervals, and --bootstrap 0 leaves them out.");
        }
        metrics.retainAll(settings.metrics());
        if (metrics.isEmpty()) {
            throw new UserError("--fail-if-worse " + failIfWorse
                    + " names no metric that is computed: add it to --metrics, or name another.");
        }
        return metrics;
    }

    private static void limit(Map<Metric, Double> limits, Metric metric, Double value) {
        if (value != null) {
            limits.put(metric, value);
        }
    }
}
