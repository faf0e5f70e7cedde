package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which metrics an evaluation computes, and how. */
public final class MetricOptions {
    @Option(
            names = "--metrics",
            split = ",",
            defaultValue = "published",
            paramLabel = "NAME",
            description =
                    "published (inception_score, fid, sfid where the network allows, precision, recall), all (also"
                            + " fid_infinity, kid, density, coverage), or names separated by commas (default ${DEFAULT-VALUE}).")
    private List<String> metrics;

    @Option(
            names = "--bootstrap",
            converter = Range.AtLeastZero.class,
            defaultValue = "1000",
            paramLabel = "N",
            description =
                    "Resamples for the 95%% confidence interval of FID; 0 for none (default ${DEFAULT-VALUE}). Their"
                            + " number costs little, the interval some seconds at 2048 features.")
    private int bootstrap;

    @Option(names = "--per-class", description = "Score each class as well; samples and reference need labels.")
    private boolean perClass;

    @Option(
            names = "--k",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "3",
            description = "Neighbor that sets the radius in precision and recall (default ${DEFAULT-VALUE}).")
    private int k;

    @Option(
            names = "--inception-split",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "5000",
            description = "Images in a part of the Inception Score (default ${DEFAULT-VALUE}).")
    private int inceptionSplit;

    @Option(
            names = "--memorization",
            paramLabel = "PATH",
            description = "Images that the model was trained on, in any form that --reference takes (of IDX files the"
                    + " training part): report the share of samples that are close to one of them, and the closest"
                    + " pairs.")
    private Path training;

    /** Images that the model was trained on, if samples are to be compared with them. */
    public Optional<Path> training() {
        return Optional.ofNullable(training);
    }

    /**
     * The settings of the evaluation.
     *
     * @param batchSize images that go through the feature network at once, at least 1
     * @throws UserError if there is no such metric
     */
    public EvaluatorSettings settings(int batchSize) {
        return new EvaluatorSettings(k, inceptionSplit, batchSize, Metric.select(metrics), bootstrap, perClass);
    }

    /** Whether a metric is asked for by its own name, so that it must not be left out. */
    public boolean names(Metric metric) {
        return metrics.stream().anyMatch(metric.key()::equalsIgnoreCase);
    }
}
