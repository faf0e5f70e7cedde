package io.adm4j.harness.cli.option;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The network whose features are used: that of a bundle or another. */
public final class FeatureSourceOptions {
    @Option(
            names = "--bundle",
            paramLabel = "FOLDER",
            description = "Bundle whose feature network and reference are used unless others are named, and whose model"
                    + " generates samples where they are generated (default: the embedded Fashion-MNIST bundle).")
    private Path bundle;

    @Option(
            names = "--features",
            paramLabel = "FILE",
            description =
                    "Another feature network: the ONNX file of harness import-features, or one of x [N,C,H,W] in [-1,1]"
                            + " to features [N,D] and logits [N,K].")
    private Path features;

    /**
     * Refuses two feature networks where nothing but the feature network is taken from a bundle.
     *
     * @throws UserError if both are named
     */
    public void requireOneNetwork() {
        if (features != null && bundle != null) {
            throw new UserError("Give either --bundle or --features: both name a feature network.");
        }
    }

    /** The network that was named, if one was. */
    public Optional<Path> features() {
        return Optional.ofNullable(features);
    }

    /**
     * The bundle that was named or the embedded one.
     *
     * @throws UserError if it cannot be read
     */
    public ModelBundle bundle() {
        return ModelBundle.load(bundle == null ? EmbeddedBundle.folder() : bundle);
    }

    /**
     * The feature network of a bundle.
     *
     * @throws UserError if it has none
     */
    public static Path networkOf(ModelBundle bundle) {
        if (!bundle.has(ModelBundle.FEATURES)) {
            throw new UserError("The bundle " + bundle.folder()
                    + " has no feature network; name one with --features, or export the bundle with one.");
        }
        return bundle.path(ModelBundle.FEATURES);
    }
}
