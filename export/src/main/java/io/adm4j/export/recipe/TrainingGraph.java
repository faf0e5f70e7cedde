package io.adm4j.export.recipe;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.AdmClassifier;
import io.adm4j.export.net.AdmUNet;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.Dropout;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A denoiser or classifier with its loss, ready to be differentiated.
 *
 * <p>Inputs: {@code x_start} [N, C, H, W] in [-1, 1], {@code noise} of the same shape, {@code t} int64 [N] in [0, steps),
 * {@code y} int64 [N], and {@code loss_weight} [N], by which each image's loss is multiplied before the mean.
 *
 * @param graph holds the network's parameters and inputs
 * @param loss the scalar that is minimized
 * @param outputs further values that a step reports, by their names
 * @param mode how gradients are computed
 */
public record TrainingGraph(GraphBuilder graph, Value loss, List<Value> outputs, TrainingMode mode) {
    /** Input by which each image's loss is multiplied before the mean. */
    public static final String LOSS_WEIGHT = "loss_weight";

    /** Input of a denoiser with dropout; see {@link Dropout#keyed}. */
    public static final String DROPOUT_KEYS = "dropout_keys";

    /**
     * A denoiser; there is a {@code y} only if it is class-conditional. Reports {@code losses} [N] and, for the hybrid
     * losses, {@code mse} and {@code vb} [N].
     *
     * <p>A super-resolution network sees {@code x_start} averaged over areas, beside the noisy images (Dhariwal and Nichol
     * 2021, appendix H).
     */
    public static TrainingGraph ofDenoiser(UNetConfig network, DiffusionLoss loss) {
        return ofDenoiser(network, loss, TrainingMode.standard());
    }

    /** As {@link #ofDenoiser(UNetConfig, DiffusionLoss)}, in another mode. */
    public static TrainingGraph ofDenoiser(UNetConfig network, DiffusionLoss loss, TrainingMode mode) {
        GraphBuilder g = new GraphBuilder();
        Value xStart = GraphInputs.images(g, "x_start", network.inChannels(), network.imageSize());
        Value noise = GraphInputs.images(g, "noise", network.inChannels(), network.imageSize());
        Value t = g.input("t", ElementType.INT64, GraphBuilder.BATCH);
        Value y = network.classConditional() ? GraphInputs.labels(g) : null;
        Value weight = g.input(LOSS_WEIGHT, ElementType.FLOAT32, GraphBuilder.BATCH);

        Value xT = loss.noisy(xStart, noise, t);
        AdmUNet unet = AdmUNet.withMasterWeights(network, precision(mode));
        Dropout dropout = network.dropout() == 0
                ? Dropout.none()
                : Dropout.keyed(g.input(DROPOUT_KEYS, ElementType.FLOAT32, GraphBuilder.BATCH, unet.dropoutLayers()));
        Value lowRes = network.superResolution() ? areaMeans(xStart, network.smallSize()) : null;
        Value out = unet.build(g, xT, loss.modelTimestep(t), y, lowRes, dropout);
        DiffusionLoss.Terms terms = loss.terms(out, xStart, xT, noise, t);
        List<Value> outputs = new ArrayList<>();
        outputs.add(g.named("losses", terms.loss()));
        if (loss.hybrid()) {
            outputs.add(g.named("mse", Objects.requireNonNull(terms.mse())));
            outputs.add(g.named("vb", Objects.requireNonNull(terms.vb())));
        }
        return new TrainingGraph(g, weightedMean(terms.loss(), weight), outputs, mode);
    }

    /**
     * A classifier by cross-entropy; there is a {@code noise} only if {@code noised}. Reports {@code losses} [N] and
     * {@code logits} [N,K].
     */
    public static TrainingGraph ofClassifier(ClassifierConfig network, DiffusionLoss noising, boolean noised) {
        return ofClassifier(network, noising, noised, TrainingMode.standard());
    }

    /** As {@link #ofClassifier(ClassifierConfig, DiffusionLoss, boolean)}, in another mode. */
    public static TrainingGraph ofClassifier(
            ClassifierConfig network, DiffusionLoss noising, boolean noised, TrainingMode mode) {
        GraphBuilder g = new GraphBuilder();
        Value xStart = GraphInputs.images(g, "x_start", network.inChannels(), network.imageSize());
        Value noise = noised ? GraphInputs.images(g, "noise", network.inChannels(), network.imageSize()) : null;
        Value t = g.input("t", ElementType.INT64, GraphBuilder.BATCH);
        Value y = GraphInputs.labels(g);
        Value weight = g.input(LOSS_WEIGHT, ElementType.FLOAT32, GraphBuilder.BATCH);

        Value x = noise == null ? xStart : noising.noisy(xStart, noise, t);
        Value logits = AdmClassifier.withMasterWeights(network, precision(mode))
                .build(g, x, noising.modelTimestep(t))
                .logits();
        Value logProbability =
                logits.logSoftmax().mul(y.oneHot(network.numClasses())).reduceSum(false, 1);
        Value losses = logProbability.neg();
        return new TrainingGraph(
                g, weightedMean(losses, weight), List.of(g.named("losses", losses), g.named("logits", logits)), mode);
    }

    private static Precision precision(TrainingMode mode) {
        return mode.mixedPrecision().isPresent() ? Precision.FP16 : Precision.FP32;
    }

    /** Images [N, C, H, W] as [N, C, size, size]: the mean of the pixels that each small one covers. */
    private static Value areaMeans(Value images, int size) {
        long factor = images.dim(2) / size;
        return images.reshape(images.dim(0), images.dim(1), size, factor, size, factor)
                .reduceMean(false, 3, 5);
    }

    private static Value weightedMean(Value losses, Value weight) {
        return losses.graph().named("loss", losses.mul(weight).reduceMean(false, 0));
    }
}
