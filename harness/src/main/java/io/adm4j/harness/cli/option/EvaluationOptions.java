package io.adm4j.harness.cli.option;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.data.ArrayLayout;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.monitor.CheckpointScorer;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a network is scored while it trains. */
public final class EvaluationOptions {
    @Option(
            names = "--eval-interval",
            paramLabel = "N",
            converter = Range.LongAtLeastOne.class,
            description =
                    "Steps between evaluations: samples are scored as by harness eval, from a checkpoint, which is saved for"
                            + " it; so is the last step (default: none).")
    private Long interval;

    @Option(
            names = "--eval-samples",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "1000",
            description = "Samples of an evaluation, of all classes equally often (default ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--eval-steps",
            paramLabel = "STEPS",
            defaultValue = SamplingSettings.DEFAULT_STEPS,
            description = ReverseProcessOptions.STEPS + " (default ${DEFAULT-VALUE}).")
    private String steps;

    @Option(
            names = "--eval-features",
            paramLabel = "PATH",
            description =
                    "Feature network: a bundle that has one, or a file as for harness eval --features (default: the"
                            + " embedded Fashion-MNIST bundle).")
    private Path features;

    @Option(
            names = "--eval-reference",
            paramLabel = "PATH",
            description =
                    "Real images to compare with, as for harness eval --reference (default: reference.npz in the bundle"
                            + " of --eval-features, otherwise the images in --data, of IDX files the test part).")
    private Path reference;

    @Option(
            names = "--best",
            paramLabel = "METRIC",
            defaultValue = "fid",
            description =
                    "Score by which the best checkpoint is chosen, which is kept: fid, sfid, inception_score, precision,"
                            + " recall, or another of harness eval --metrics (default ${DEFAULT-VALUE}).")
    private String best;

    /** Steps between evaluations; empty for none. */
    public Optional<Long> interval() {
        return Optional.ofNullable(interval);
    }

    /**
     * What is computed.
     *
     * @param data the images that the network is trained on
     * @param options how these are read; a reference has the layout of published ones
     * @throws UserError if an option cannot be used
     */
    public CheckpointScorer.Plan plan(Path data, DatasetOptions options) {
        Optional<ModelBundle> bundle = features == null
                ? Optional.of(ModelBundle.load(EmbeddedBundle.folder()))
                : Files.isDirectory(features) ? Optional.of(ModelBundle.load(features)) : Optional.empty();
        String name = bundle.map(
                        b -> "the feature network of bundle " + b.manifest().name())
                .orElse("the feature network " + features);
        bundle.filter(b -> !b.has(ModelBundle.FEATURES)).ifPresent(b -> {
            throw new UserError("The bundle " + b.folder()
                    + " has no feature network: name another with --eval-features, or export the bundle with one.");
        });
        Path compared = reference(data);
        if (compared.equals(data) && options.layout() == ArrayLayout.CHW) {
            throw new UserError(
                    "The images in " + data + " are stored as [N, channels, height, width], and a reference is"
                            + " [N, height, width, channels]: name one with --eval-reference.");
        }
        return new CheckpointScorer.Plan(
                samples,
                new SamplingSettings(
                        SamplerKind.of(SamplingSettings.DEFAULT_SAMPLER), StepChoice.parse(steps), 0, 0, true),
                bundle.map(b -> b.path(ModelBundle.FEATURES)).orElse(features),
                name,
                compared,
                options.withLayout(ArrayLayout.HWC),
                Metric.ofKey(best));
    }

    private Path reference(Path data) {
        if (reference != null) {
            return reference;
        }
        Path bundled = features == null ? null : features.resolve(EmbeddedBundle.REFERENCE);
        return bundled != null && Files.isRegularFile(bundled) ? bundled : data;
    }
}
