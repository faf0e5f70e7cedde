package io.adm4j.harness.bundle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.BundleWriter;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.WeightFile;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.ClassifierGradientGraph;
import io.adm4j.export.recipe.ClassifierGraph;
import io.adm4j.export.recipe.DenoiserVjpGraph;
import io.adm4j.export.recipe.FeatureGraph;
import io.adm4j.export.recipe.NetworkGraph;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.io.NpzWriter;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a bundle of networks and their weights. */
public final class BundleAssembler implements AutoCloseable {
    private static final int RGB = 3;

    private final Path target;
    private final BundleWriter writer;
    private final long embeddedMost;
    private @Nullable UNetConfig denoiser;
    private @Nullable Precision denoiserPrecision;
    private @Nullable DiffusionConfig diffusion;
    private @Nullable ClassifierConfig classifier;
    private SamplingDefaults sampling = SamplingDefaults.NONE;

    public BundleAssembler(Path target) {
        this(target, OnnxModel.EMBEDDED_MOST);
    }

    /** @param embeddedMost graphs with more bytes of weights keep them in a file beside them */
    public BundleAssembler(Path target, long embeddedMost) {
        this.target = target;
        this.embeddedMost = embeddedMost;
        writer = BundleWriter.create(target);
    }

    /** How the bundle is sampled where nobody says otherwise. */
    public void sampling(SamplingDefaults defaults) {
        sampling = defaults;
    }

    /** A denoiser in float32. */
    public void denoiser(ObjectNode flags, Map<String, Tensor> weights) {
        denoiser(flags, Precision.FP32, weights);
    }

    /**
     * The denoiser; the manifest gives its precision as the published flag {@code use_fp16}.
     *
     * @param flags published flags of network and diffusion
     */
    public void denoiser(ObjectNode flags, Precision precision, Map<String, Tensor> weights) {
        denoiser = UNetConfig.fromFlags(flags);
        denoiserPrecision = precision;
        diffusion = DiffusionConfig.fromJson(flags);
        NetworkGraph.of(denoiser, precision)
                .withWeights(weights)
                .write(writer.file(ModelBundle.DENOISER), embeddedMost);
    }

    /**
     * The vector-Jacobian product of the denoiser, which comes first, in float32.
     *
     * @param weights of the denoiser
     */
    public void denoiserVjp(Map<String, Tensor> weights) {
        DenoiserVjpGraph.of(Objects.requireNonNull(denoiser))
                .withWeights(weights)
                .write(writer.file(ModelBundle.DENOISER_VJP), embeddedMost);
    }

    /**
     * The noisy classifier and its gradient graph. Large ones share one file of weights.
     *
     * @throws UserError if it does not fit the denoiser, which comes first
     */
    public void classifier(ObjectNode flags, Map<String, Tensor> weights) {
        classifier = ClassifierConfig.fromFlags(flags);
        GuidanceFit.check(Objects.requireNonNull(denoiser), classifier);
        OnnxModel logits = ClassifierGraph.of(classifier).withWeights(weights);
        OnnxModel gradient = ClassifierGradientGraph.of(classifier).withWeights(weights);
        Path file = writer.file(ModelBundle.CLASSIFIER);
        if (logits.weightBytes() > embeddedMost) {
            try (WeightFile shared = WeightFile.create(OnnxModel.dataFile(file))) {
                logits.write(file, shared);
                gradient.write(writer.file(ModelBundle.CLASSIFIER_GRADIENT), shared);
            }
        } else {
            logits.write(file);
            gradient.write(writer.file(ModelBundle.CLASSIFIER_GRADIENT));
        }
    }

    /**
     * The feature network for scores.
     *
     * @throws UserError if it takes images of other channels than the denoiser, which comes first, makes; gray ones are
     *     repeated for 3 channels
     */
    public void features(ObjectNode flags, Map<String, Tensor> weights) {
        ClassifierConfig config = ClassifierConfig.fromFlags(flags);
        int made = Objects.requireNonNull(denoiser).inChannels();
        if (config.inChannels() != made && !(made == 1 && config.inChannels() == RGB)) {
            throw new UserError("The feature network takes images with " + Count.of(config.inChannels(), "channel")
                    + ", the denoiser makes them with " + made + ": scores need equal in_channels.");
        }
        FeatureGraph.of(config).withWeights(weights).write(writer.file(ModelBundle.FEATURES), embeddedMost);
    }

    /** The first images of a dataset as arr_0 and arr_1, with one channel where all RGB images are grayscale. */
    public void reference(Dataset images, int most) {
        int count = Math.min(most, images.size());
        int size = images.imageSize();
        Tensor all = Tensor.zeros(ElementType.UINT8, count, size, size, images.channels());
        Tensor labels = Tensor.zeros(ElementType.INT64, count);
        byte[] image = new byte[images.imageBytes()];
        ByteBuffer target = all.bytes();
        for (int i = 0; i < count; i++) {
            images.copy(i, image);
            target.put(image);
            if (images.hasLabels()) {
                labels.longs().put(i, images.label(i));
            }
        }
        try (NpzWriter npz = NpzWriter.create(writer.file(EmbeddedBundle.REFERENCE), true)) {
            npz.write("arr_0", images.channels() == RGB ? grayscale(all).orElse(all) : all);
            if (images.hasLabels()) {
                npz.write("arr_1", labels);
            }
            npz.finish();
        }
    }

    private static Optional<Tensor> grayscale(Tensor rgb) {
        byte[] values = rgb.toByteArray();
        byte[] one = new byte[values.length / 3];
        for (int i = 0; i < one.length; i++) {
            one[i] = values[3 * i];
            if (values[3 * i + 1] != one[i] || values[3 * i + 2] != one[i]) {
                return Optional.empty();
            }
        }
        return Optional.of(Tensor.of(one, rgb.dim(0), rgb.dim(1), rgb.dim(2), 1));
    }

    /** Whether the networks so far have as many classes as there are names, or take no labels. */
    public boolean fits(List<String> classes) {
        int known = ClassNameFit.classes(Objects.requireNonNull(denoiser), Optional.ofNullable(classifier));
        return known == 0 || classes.isEmpty() || known == classes.size();
    }

    /**
     * Completes the bundle and moves it to its folder.
     *
     * @param name of the model; null for the folder's
     * @param classes names by label; empty, or as many as the networks {@link #fits fit}
     */
    public ModelBundle finish(@Nullable String name, List<String> classes, ObjectNode provenance) {
        UNetConfig config = Objects.requireNonNull(denoiser);
        return writer.finish(Manifest.describing(
                        name == null
                                ? target.toAbsolutePath()
                                        .normalize()
                                        .getFileName()
                                        .toString()
                                : name,
                        config.imageSize(),
                        config.inChannels(),
                        config.toFlags().put("use_fp16", denoiserPrecision == Precision.FP16),
                        Optional.ofNullable(classifier).map(ClassifierConfig::toFlags),
                        Objects.requireNonNull(diffusion),
                        classes,
                        provenance)
                .withSampling(sampling.toJson()));
    }

    /** As {@link #finish(String, List, ObjectNode)}, and lists the files. */
    public void finish(@Nullable String name, List<String> classes, ObjectNode provenance, PrintWriter console) {
        finish(name, classes, provenance)
                .manifest()
                .files()
                .forEach((file, entry) ->
                        console.printf(Locale.ROOT, "%10d bytes  %s%n", entry.bytes(), target.resolve(file)));
        console.flush();
    }

    @Override
    public void close() {
        writer.close();
    }
}
