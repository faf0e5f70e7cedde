package io.adm4j.bundle;

import io.adm4j.diffusion.ClassifierGradient;
import io.adm4j.runtime.BatchSession;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.Threads;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The noisy classifier of a bundle with its gradient, one graph. May be used from several threads at once. */
public final class NoisyClassifier implements ClassifierGradient, AutoCloseable {
    private final BatchSession session;

    /**
     * What the classifier says of a batch.
     *
     * @param logProb log p(y | x_t), float32 {@code [N]}
     * @param gradient its gradient by x_t, float32 {@code [N, C, H, W]}
     */
    public record Evaluation(Tensor logProb, Tensor gradient) {}

    private NoisyClassifier(BatchSession session) {
        this.session = session;
    }

    /**
     * Opens the bundle's {@value ModelBundle#CLASSIFIER_GRADIENT}.
     *
     * @param threads CPU threads; 0 for as many as there are processors
     * @throws BundleException if the bundle has none, or it does not fit the manifest
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    public static NoisyClassifier open(ModelBundle bundle, Device device, int threads) {
        return new NoisyClassifier(BundleGraph.open(
                bundle,
                ModelBundle.CLASSIFIER_GRADIENT,
                device,
                threads,
                List.of("x", "t", "y"),
                List.of("log_prob", "grad")));
    }

    /**
     * Runs the classifier forwards and backwards.
     *
     * @param x float32 {@code [N, C, H, W]}
     * @param timesteps float32 {@code [N]}
     * @param labels int64 {@code [N]}
     */
    public Evaluation evaluate(Tensor x, Tensor timesteps, Tensor labels) {
        return evaluation(session.run(inputs(x, timesteps, labels)));
    }

    /** As above, with certain threads. */
    public Evaluation evaluate(Tensor x, Tensor timesteps, Tensor labels, Threads threads) {
        return evaluation(session.run(inputs(x, timesteps, labels), threads));
    }

    private static Map<String, Tensor> inputs(Tensor x, Tensor timesteps, Tensor labels) {
        return Map.of("x", x, "t", timesteps, "y", labels);
    }

    private static Evaluation evaluation(Map<String, Tensor> out) {
        return new Evaluation(Objects.requireNonNull(out.get("log_prob")), Objects.requireNonNull(out.get("grad")));
    }

    @Override
    public Tensor gradient(Tensor x, Tensor timesteps, Tensor labels) {
        return evaluate(x, timesteps, labels).gradient();
    }

    /**
     * Loads now what the first evaluation with all threads would load.
     *
     * @return this classifier
     * @throws io.adm4j.runtime.RuntimeFailure if it cannot be loaded; the classifier is closed then
     */
    public NoisyClassifier prepared() {
        session.prepare();
        return this;
    }

    /** How many callers may evaluate it side by side, each on its own thread; see {@link BatchSession#lanes}. */
    public int lanes() {
        return session.lanes();
    }

    @Override
    public void close() {
        session.close();
    }
}
