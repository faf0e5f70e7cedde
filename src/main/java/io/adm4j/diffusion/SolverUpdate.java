package io.adm4j.diffusion;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes the steps of a solver. */
final class SolverUpdate implements ReverseRun.Update {
    /** What solvers extrapolate. */
    enum Prediction {
        NOISE,
        X0
    }

    private final List<SolverStep> steps;
    private final Prediction prediction;
    private final Thresholding thresholding;
    private final boolean predictsXstart;
    private final boolean learnSigma;

    /** The newest first. */
    private final List<Tensor> predictions = new ArrayList<>();

    private final int keptPredictions;
    private @Nullable Tensor anchor;

    /**
     * A run from some step on.
     *
     * @param keptPredictions earlier predictions that steps use
     * @param step steps that are done already
     * @param memory what {@link #memory} gave after them; copied
     * @throws IllegalArgumentException if the memory is not one of this solver after these steps
     */
    SolverUpdate(
            List<SolverStep> steps,
            Prediction prediction,
            Thresholding thresholding,
            DiffusionConfig config,
            int keptPredictions,
            int step,
            List<Tensor> memory) {
        this.steps = steps;
        this.prediction = prediction;
        this.thresholding = thresholding;
        this.predictsXstart = config.predictXstart();
        this.learnSigma = config.learnSigma();
        this.keptPredictions = keptPredictions;
        int expected = step == 0 ? 0 : 1 + Math.min(step, keptPredictions);
        if (memory.size() != expected) {
            throw new IllegalArgumentException("After step " + step + " this solver remembers " + expected
                    + " tensors, not " + memory.size() + ".");
        }
        if (!memory.isEmpty()) {
            anchor = memory.get(0).copy();
            memory.subList(1, memory.size()).forEach(kept -> predictions.add(kept.copy()));
        }
    }

    @Override
    public boolean addsNoise(int index) {
        return false;
    }

    @Override
    public List<Tensor> memory() {
        List<Tensor> memory = new ArrayList<>();
        if (anchor != null) {
            memory.add(anchor);
            memory.addAll(predictions.subList(0, Math.min(keptPredictions, predictions.size())));
        }
        return memory;
    }

    @Override
    public void advance(
            int index,
            Tensor output,
            Tensor x,
            @Nullable ClassifierPull pull,
            @Nullable Tensor noise,
            Tensor x0,
            Tensor next) {
        SolverStep step = steps.get(steps.size() - 1 - index);
        Tensor newest = slot(x);
        predict(step, output, x, pull, x0, newest);
        predictions.add(0, newest);
        Tensor base = anchor == null ? Tensor.zeros(ElementType.FLOAT32, x.shape()) : anchor;
        anchor = base;
        switch (step.anchor()) {
            case EVALUATED -> base.floats().put(x.floats());
            case CORRECTED -> combine(step.correction(), base, base);
            case KEPT -> {}
        }
        combine(step.next(), base, next);
    }

    /** A tensor for one more prediction: the oldest one's, once enough are kept. */
    private Tensor slot(Tensor x) {
        return predictions.size() > keptPredictions
                ? predictions.remove(predictions.size() - 1)
                : Tensor.zeros(ElementType.FLOAT32, x.shape());
    }

    /** Reads the network's output: the prediction of x_0, and what the solver extrapolates. */
    private void predict(
            SolverStep step, Tensor output, Tensor x, @Nullable ClassifierPull pull, Tensor x0, Tensor result) {
        int images = (int) x.dim(0);
        FloatBuffer noisy = x.floats();
        FloatBuffer out = output.floats();
        FloatBuffer clean = x0.floats();
        FloatBuffer predicted = result.floats();
        int length = images == 0 ? 0 : noisy.capacity() / images;
        int stride = learnSigma ? 2 * length : length;
        double alpha = step.alpha();
        double sigma = step.sigma();
        double ofGradient = pull == null ? 0 : sigma * pull.scale();
        FloatBuffer gradient = pull == null ? null : pull.gradient().floats();
        for (int n = 0; n < images; n++) {
            int gap = n * (stride - length);
            double rescaling = pull == null
                    ? 1
                    : pull.rescaling(n, length, i -> eps(out.get(i + gap), noisy.get(i), alpha, sigma), ofGradient);
            for (int i = n * length; i < (n + 1) * length; i++) {
                double eps = eps(out.get(i + gap), noisy.get(i), alpha, sigma);
                if (gradient != null) {
                    eps = rescaling * (eps - ofGradient * gradient.get(i));
                }
                clean.put(i, (float) ((noisy.get(i) - sigma * eps) / alpha));
                predicted.put(i, (float) eps);
            }
        }
        thresholding.apply(x0);
        if (prediction == Prediction.X0) {
            predicted.put(0, clean, 0, clean.capacity());
        } else if (thresholding.kind() != Thresholding.Kind.NONE) {
            for (int i = 0; i < predicted.capacity(); i++) {
                predicted.put(i, (float) ((noisy.get(i) - alpha * clean.get(i)) / sigma));
            }
        }
    }

    private double eps(double output, double x, double alpha, double sigma) {
        return predictsXstart ? (x - alpha * output) / sigma : output;
    }

    /** Adds up the base and the predictions, each with its factor. */
    private void combine(double[] factors, Tensor base, Tensor result) {
        FloatBuffer start = base.floats();
        FloatBuffer sum = result.floats();
        FloatBuffer[] terms = new FloatBuffer[factors.length - 1];
        for (int k = 0; k < terms.length; k++) {
            terms[k] = predictions.get(k).floats();
        }
        for (int i = 0; i < sum.capacity(); i++) {
            double value = factors[0] * start.get(i);
            for (int k = 0; k < terms.length; k++) {
                value += factors[k + 1] * terms[k].get(i);
            }
            sum.put(i, (float) value);
        }
    }
}
