package io.adm4j.export.loss;

import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The training loss of a denoiser as part of a graph: forward noising, mean squared error and the variational bound
 * (Ho et al. 2020, eq. 5 and 14; Nichol and Dhariwal 2021, sections 3.1 and 3.2).
 *
 * <p>Images are [N, C, H, W] in [-1, 1], timestep indices t are int64 [N] in [0, steps).
 */
public final class DiffusionLoss {
    /** Number of steps at which {@link LossType#RESCALED_MSE} equals {@link LossType#MSE}, as published. */
    private static final double RESCALED_STEPS = 1000;

    /** Half the distance between two of 256 levels in [-1, 1]. */
    private static final double HALF_LEVEL = 1 / 255.0;

    /** Below this a probability is clipped before its logarithm is taken. */
    private static final double LEAST_PROBABILITY = 1e-12;

    private final GaussianDiffusion diffusion;
    private final DiffusionConfig config;
    private final LossType type;

    /**
     * The loss's terms, each [N].
     *
     * @param loss the loss to be minimized, before weighting
     * @param mse mean squared error; null for the KL losses
     * @param vb the variational bound as it enters the loss; null where variances are fixed and the loss is MSE
     */
    public record Terms(
            Value loss, @Nullable Value mse, @Nullable Value vb) {}

    public DiffusionLoss(GaussianDiffusion diffusion, LossType type) {
        this.diffusion = diffusion;
        this.config = diffusion.config();
        this.type = type;
    }

    /** The loss type that the published flags choose. */
    public static LossType typeOf(DiffusionConfig config) {
        if (config.useKl()) {
            return LossType.RESCALED_KL;
        }
        return config.rescaleLearnedSigmas() ? LossType.RESCALED_MSE : LossType.MSE;
    }

    /** Whether the loss is a squared error plus the variational bound. */
    public boolean hybrid() {
        return config.learnSigma() && (type == LossType.MSE || type == LossType.RESCALED_MSE);
    }

    /** Forward noising, x_t = √ᾱ_t·x_0 + √(1-ᾱ_t)·noise (Improved DDPM, eq. 9). */
    public Value noisy(Value xStart, Value noise, Value t) {
        Value signal = at(t, diffusion.sqrtAlphasCumprod());
        Value spread = at(t, diffusion.sqrtOneMinusAlphasCumprod());
        return xStart.mul(signal).add(noise.mul(spread));
    }

    /** The timestep that the network gets for the index t, float32 [N]. */
    public Value modelTimestep(Value t) {
        double[] timesteps = IntStream.range(0, diffusion.numTimesteps())
                .mapToDouble(diffusion::networkTimestep)
                .toArray();
        return table(t.graph(), timesteps).gather(t);
    }

    /**
     * The loss of one batch.
     *
     * @param out output of the network for x_t: [N, C, H, W], with learned variances [N, 2C, H, W]
     */
    public Terms terms(Value out, Value xStart, Value xT, Value noise, Value t) {
        int channels = (int) xStart.dim(1);
        Value prediction = config.learnSigma() ? out.slice(1, 0, channels) : out;
        boolean bound = type == LossType.KL || type == LossType.RESCALED_KL;
        if (bound) {
            Value vb = variationalBound(prediction, logVariance(out, t, channels), xStart, xT, t);
            Value loss = type == LossType.RESCALED_KL ? vb.mul(diffusion.numTimesteps()) : vb;
            return new Terms(loss, null, loss);
        }
        Value difference = (config.predictXstart() ? xStart : noise).sub(prediction);
        Value mse = meanOverImage(difference.mul(difference));
        if (!config.learnSigma()) {
            return new Terms(mse, mse, null);
        }
        // The bound teaches the variance only: the mean is held fixed.
        Value vb = variationalBound(prediction.stopGradient(), logVariance(out, t, channels), xStart, xT, t);
        if (type == LossType.RESCALED_MSE) {
            vb = vb.mul(diffusion.numTimesteps() / RESCALED_STEPS);
        }
        return new Terms(mse.add(vb), mse, vb);
    }

    private Value logVariance(Value out, Value t, int channels) {
        Value fixed = at(t, diffusion.fixedLogVariance());
        if (!config.learnSigma()) {
            return fixed;
        }
        Value share = out.slice(1, channels, 2L * channels).add(1).mul(0.5);
        Value largest = at(t, diffusion.logBetas());
        return share.mul(largest.sub(fixed)).add(fixed);
    }

    /** L_t in bits per dimension, [N]: KL of the posterior from the model; at t = 0 the decoder's likelihood. */
    private Value variationalBound(Value prediction, Value modelLogVariance, Value xStart, Value xT, Value t) {
        Value c1 = at(t, diffusion.posteriorMeanCoef1());
        Value c2 = at(t, diffusion.posteriorMeanCoef2());
        Value trueMean = xStart.mul(c1).add(xT.mul(c2));
        Value trueLogVariance = at(t, diffusion.posteriorLogVarianceClipped());
        Value predictedXStart = config.predictXstart() ? prediction : xStartFromNoise(prediction, xT, t);
        Value modelMean = predictedXStart.mul(c1).add(xT.mul(c2));

        Value kl = meanOverImage(normalKl(trueMean, trueLogVariance, modelMean, modelLogVariance))
                .div(Math.log(2));
        Value decoder = meanOverImage(decoderLogLikelihood(xStart, modelMean, modelLogVariance.mul(0.5)))
                .div(-Math.log(2));
        Value first = t.equal(t.graph().constant(Tensor.of(new long[] {0})));
        return first.where(decoder, kl);
    }

    private Value xStartFromNoise(Value noise, Value xT, Value t) {
        return xT.mul(at(t, diffusion.sqrtRecipAlphasCumprod()))
                .sub(noise.mul(at(t, diffusion.sqrtRecipm1AlphasCumprod())));
    }

    private static Value normalKl(Value mean1, Value logVariance1, Value mean2, Value logVariance2) {
        Value difference = mean1.sub(mean2);
        Value spread = logVariance1.sub(logVariance2).exp();
        Value shift = difference.mul(difference).mul(logVariance2.neg().exp());
        return logVariance2.sub(logVariance1).add(spread).add(shift).sub(1).mul(0.5);
    }

    /** Log-likelihood of 8-bit images under a Gaussian that is integrated over each gray level's bin. */
    private static Value decoderLogLikelihood(Value x, Value mean, Value logScale) {
        Value centered = x.sub(mean);
        Value inverse = logScale.neg().exp();
        Value upper = normalCdf(centered.add(HALF_LEVEL).mul(inverse));
        Value lower = normalCdf(centered.sub(HALF_LEVEL).mul(inverse));
        Value logUpper = upper.atLeast(LEAST_PROBABILITY).log();
        Value logOneMinusLower = lower.neg().add(1).atLeast(LEAST_PROBABILITY).log();
        Value logBetween = upper.sub(lower).atLeast(LEAST_PROBABILITY).log();
        GraphBuilder g = x.graph();
        Value inside = x.greater(g.scalar(0.999)).where(logOneMinusLower, logBetween);
        return x.less(g.scalar(-0.999)).where(logUpper, inside);
    }

    /** The tanh approximation of the standard normal's distribution function, which the published code uses. */
    private static Value normalCdf(Value x) {
        Value cubic = x.mul(x).mul(x).mul(0.044715);
        return x.add(cubic).mul(Math.sqrt(2 / Math.PI)).tanh().add(1).mul(0.5);
    }

    private static Value meanOverImage(Value x) {
        return x.reduceMean(false, 1, 2, 3);
    }

    /** table[t] as [N,1,1,1]. */
    private static Value at(Value t, double[] table) {
        return table(t.graph(), table).gather(t).reshape(t.dim(0), 1, 1, 1);
    }

    private static Value table(GraphBuilder graph, double[] values) {
        Tensor floats = Tensor.zeros(ElementType.FLOAT32, values.length);
        for (int i = 0; i < values.length; i++) {
            floats.floats().put(i, (float) values[i]);
        }
        return graph.constant(floats);
    }
}
