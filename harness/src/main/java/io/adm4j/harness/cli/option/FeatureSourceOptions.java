package io.adm4j.harness.cli.option;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.data.Resampling;
import io.adm4j.harness.evaluation.features.FeatureExtractor;
import io.adm4j.harness.evaluation.run.Evaluator;
import io.adm4j.harness.evaluation.run.SampleSet;
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
                    "Another feature network: the ONNX file of harness import-features, or one of an input [N,C,H,W]"
                            + " in [-1,1] to features [N,D], or an only output of any name, and logits [N,K] if the"
                            + " Inception Score is wanted.")
    private Path features;

    @Option(
            names = "--resize",
            paramLabel = "FILTER",
            description =
                    "Filter that brings images to the size of a network with one of its own: bicubic-antialias (as Pillow),"
                            + " bicubic-antialias-crop (the center of that, as CLIP), bilinear (as PyTorch), tf1 (bilinear as"
                            + " TensorFlow 1) or none, which refuses others (default: the published one of networks that"
                            + " import-features made, otherwise none).")
    private String resize;

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

    /**
     * What brings images to the network's own size, if it was named.
     *
     * @throws UserError if there is no such filter
     */
    public Optional<Resampling> resize() {
        return Optional.ofNullable(resize).map(Resampling::of);
    }

    /**
     * Refuses a filter for a network that takes images of any size.
     *
     * @throws UserError if one was given
     */
    public void requireUse(Evaluator evaluator) {
        if (evaluator.resize() != Resampling.NONE && !evaluator.hasOwnSize()) {
            throw new UserError("--resize is for networks with an image size of their own, and this one takes any:"
                    + " leave it out.");
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
        return bundleOr(Optional.empty());
    }

    /**
     * The bundle that was named, or another, or the embedded one.
     *
     * @throws UserError if it cannot be read
     */
    public ModelBundle bundleOr(Optional<Path> other) {
        return ModelBundle.load(bundle == null ? other.orElseGet(EmbeddedBundle::folder) : bundle);
    }

    /**
     * The network's name in reports.
     *
     * @param bundle whose feature network it is, unless another was named
     */
    public String networkName(Optional<ModelBundle> bundle) {
        return features()
                .map(file -> file.getFileName().toString())
                .orElseGet(() -> "the feature network of bundle "
                        + bundle.orElseThrow().manifest().name());
    }

    /**
     * The network that was named, or that of a bundle.
     *
     * @throws UserError if the bundle has none
     */
    public Path network(Optional<ModelBundle> bundle) {
        return features().orElseGet(() -> networkOf(bundle.orElseThrow()));
    }

    /**
     * Refuses images of another size than the network takes, or than its bundle's model makes.
     *
     * @param bundle whose feature network it is, unless another was named
     * @param where the images are, such as "in FILE"
     * @throws UserError if they have another size, and are not resized
     */
    public void requireSize(Evaluator evaluator, Optional<ModelBundle> bundle, SampleSet images, String where) {
        if (!images.hasImages() || evaluator.resize() != Resampling.NONE) {
            return;
        }
        int height = evaluator.imageHeight();
        int width = evaluator.imageWidth();
        if (!evaluator.hasOwnSize() && features == null) {
            height = bundle.orElseThrow().manifest().imageSize();
            width = height;
        }
        if (height != FeatureExtractor.ANY_SIZE && images.imageSize() != height
                || width != FeatureExtractor.ANY_SIZE && images.width() != width) {
            throw new UserError("The images " + where + " are " + images.width() + "x" + images.imageSize()
                    + ", but the feature network takes " + width + "x" + height
                    + ": give images of that size, --resize to bring them to it, or another network with --features.");
        }
    }

    /** Whether a network or a bundle was named. */
    public boolean given() {
        return features != null || bundle != null;
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
