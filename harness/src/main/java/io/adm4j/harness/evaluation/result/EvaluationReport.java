package io.adm4j.harness.evaluation.result;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The scores of one or several sets of samples with all that is needed to understand, repeat and compare them.
 *
 * @param created when it was finished
 * @param version of adm4j
 * @param libraries name to version of the programs whose arithmetic decides the values
 * @param device where the graphs ran: {@code cpu} or {@code cuda}
 * @param threads CPU threads used, at least 1
 * @param model that generated the samples, if they were generated here
 * @param results at least one; several share network, reference, model and settings
 * @param comparisons of results with each other; may be empty
 */
public record EvaluationReport(
        Instant created,
        String version,
        Map<String, String> libraries,
        String device,
        int threads,
        FeatureNetwork network,
        ImageSet reference,
        Optional<Model> model,
        EvaluatorSettings settings,
        List<Result> results,
        List<SampleComparison> comparisons) {
    /** What the scores may be compared with. */
    public static final String COMPARABILITY =
            "Scores on these features compare only with each other: same feature network, same reference, same counts.";

    public EvaluationReport {
        if (results.isEmpty()) {
            throw new IllegalArgumentException("An evaluation has at least one result.");
        }
        libraries = Collections.unmodifiableMap(new LinkedHashMap<>(libraries));
        results = List.copyOf(results);
        comparisons = List.copyOf(comparisons);
    }
}
