package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An evaluation compared with an earlier one.
 *
 * @param baseline the earlier report, as reports name it
 * @param verdicts one for each score that both have, in the order of the new report
 */
public record Comparison(String baseline, List<Verdict> verdicts) {
    public Comparison {
        verdicts = List.copyOf(verdicts);
    }

    /** Whether any figure is worse by more than was allowed. */
    public boolean regression() {
        return verdicts.stream().anyMatch(Verdict::regression);
    }

    /** One line that names each score that regressed; empty if none did. */
    public Optional<String> failure() {
        if (!regression()) {
            return Optional.empty();
        }
        boolean several = verdicts.stream().map(Verdict::result).distinct().count() > 1;
        return Optional.of("Regression against " + baseline + ": "
                + verdicts.stream()
                        .filter(Verdict::regression)
                        .map(v -> v.sentence() + (several ? " at " + v.result() : ""))
                        .collect(Collectors.joining("; "))
                + ".");
    }

    /** The verdict on a figure, if the baseline has it. */
    Optional<Verdict> of(Result result, Metric metric) {
        return verdicts.stream()
                .filter(v -> v.metric() == metric && v.result().equals(result.name()))
                .findFirst();
    }
}
