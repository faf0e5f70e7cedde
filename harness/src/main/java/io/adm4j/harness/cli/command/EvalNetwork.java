package io.adm4j.harness.cli.command;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.FeatureSourceOptions;
import io.adm4j.harness.cli.option.MetricOptions;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.run.Evaluator;
import io.adm4j.io.Sha256;
import java.util.Optional;

/** The feature network of eval: one that is named, that of a bundle, or the one that given features are of. */
final class EvalNetwork {
    private final FeatureSourceOptions source;
    private final Optional<FeatureFile> foreign;
    private final Optional<ModelBundle> bundle;

    private EvalNetwork(FeatureSourceOptions source, Optional<FeatureFile> foreign, Optional<ModelBundle> bundle) {
        this.source = source;
        this.foreign = foreign;
        this.bundle = bundle;
    }

    /**
     * Chooses the network.
     *
     * @throws UserError if a bundle or a file of features cannot be read
     */
    static EvalNetwork of(FeatureSourceOptions source, EvalInputs inputs) {
        Optional<FeatureFile> foreign = foreignFeatures(source, inputs);
        return new EvalNetwork(
                source,
                foreign,
                !inputs.generates() && (source.features().isPresent() || foreign.isPresent())
                        ? Optional.empty()
                        : Optional.of(source.bundleOr(inputs.firstBundle())));
    }

    /** The first given features of a network that is not named and not that of the embedded bundle. */
    private static Optional<FeatureFile> foreignFeatures(FeatureSourceOptions source, EvalInputs inputs) {
        if (source.given()) {
            return Optional.empty();
        }
        return inputs.samples().stream()
                .filter(FeatureFile::is)
                .findFirst()
                .map(FeatureFile::open)
                .filter(file -> !isOfEmbeddedNetwork(source, file));
    }

    private static boolean isOfEmbeddedNetwork(FeatureSourceOptions source, FeatureFile file) {
        return EvalInputs.isBundle(EmbeddedBundle.folder())
                && file.about().networkSha256().equals(Sha256.of(source.network(Optional.of(source.bundle()))));
    }

    /** Whose feature network it is, or which generates the samples. */
    Optional<ModelBundle> bundle() {
        return bundle;
    }

    /** Opens an evaluator on the network, to be closed by the caller. */
    Evaluator open(DeviceOptions runtime, EvaluatorSettings settings) {
        if (hasFeaturesAlone()) {
            return Evaluator.ofFeatures(foreign.orElseThrow(), runtime.threads, settings);
        }
        Evaluator evaluator =
                Evaluator.open(source.network(bundle), runtime.device, runtime.threads, source.resize(), settings);
        source.requireUse(evaluator);
        return evaluator;
    }

    private boolean hasFeaturesAlone() {
        return bundle.isEmpty() && source.features().isEmpty();
    }

    /** The network's name in reports. */
    String name(Evaluator evaluator) {
        return hasFeaturesAlone() ? evaluator.space().name() : source.networkName(bundle);
    }

    /**
     * Refuses metrics that are named and that the network does not give.
     *
     * @throws UserError if there are such
     */
    void requireFor(MetricOptions metrics, Evaluator evaluator) {
        if (metrics.names(Metric.SFID) && !evaluator.givesSpatial()) {
            throw new UserError("sFID takes spatial features, which " + name(evaluator)
                    + " does not give; name the Inception network with --features, or leave sfid out.");
        }
        if (metrics.names(Metric.INCEPTION_SCORE) && !evaluator.givesClasses()) {
            throw new UserError("The Inception Score takes class probabilities, which " + name(evaluator)
                    + " does not give; name a network with logits, or leave inception_score out.");
        }
    }
}
