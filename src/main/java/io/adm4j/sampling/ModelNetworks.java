package io.adm4j.sampling;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.NoisyClassifier;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.bundle.OnnxDenoiserGradient;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.Threads;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The networks of one model. The classifier and the denoiser's gradient are loaded on their first use, unless they were before. May be
 * used from several threads at once.
 */
final class ModelNetworks implements AutoCloseable {
    private final ModelBundle bundle;
    private final Device device;
    private final int threads;
    private final OnnxDenoiser denoiser;
    private @Nullable NoisyClassifier classifier;
    private @Nullable OnnxDenoiserGradient jacobian;
    private boolean closed;

    private ModelNetworks(ModelBundle bundle, Device device, int threads, OnnxDenoiser denoiser) {
        this.bundle = bundle;
        this.device = device;
        this.threads = threads;
        this.denoiser = denoiser;
    }

    /** Loads the denoiser. */
    static ModelNetworks open(ModelBundle bundle, Device device, int threads) {
        return new ModelNetworks(bundle, device, threads, OnnxDenoiser.open(bundle, device, threads));
    }

    /** Loads all networks at the same time. */
    static ModelNetworks openAll(ModelBundle bundle, Device device, int threads) {
        List<CompletableFuture<? extends AutoCloseable>> all = new ArrayList<>();
        CompletableFuture<OnnxDenoiser> denoiser =
                Together.begin(() -> OnnxDenoiser.open(bundle, device, threads).prepared());
        all.add(denoiser);
        CompletableFuture<NoisyClassifier> classifier = null;
        if (bundle.has(ModelBundle.CLASSIFIER_GRADIENT)) {
            classifier = Together.begin(
                    () -> NoisyClassifier.open(bundle, device, threads).prepared());
            all.add(classifier);
        }
        CompletableFuture<OnnxDenoiserGradient> jacobian = null;
        if (bundle.has(ModelBundle.DENOISER_VJP)) {
            jacobian = Together.begin(() -> OnnxDenoiserGradient.open(bundle, device, threads));
            all.add(jacobian);
        }
        Together.await(all);
        ModelNetworks networks = new ModelNetworks(bundle, device, threads, denoiser.join());
        networks.classifier = classifier == null ? null : classifier.join();
        networks.jacobian = jacobian == null ? null : jacobian.join();
        return networks;
    }

    boolean takesLabels() {
        return denoiser.takesLabels();
    }

    boolean takesLowRes() {
        return denoiser.takesLowRes();
    }

    boolean hasClassifier() {
        return bundle.has(ModelBundle.CLASSIFIER_GRADIENT);
    }

    boolean hasJacobian() {
        return bundle.has(ModelBundle.DENOISER_VJP);
    }

    Device device() {
        return device;
    }

    /** How many callers may evaluate the networks side by side, each on its own thread. */
    int lanes() {
        return denoiser.lanes();
    }

    Tensor denoise(Tensor x, Tensor timesteps, @Nullable Tensor labels, @Nullable Tensor lowRes, Threads which) {
        return denoiser.predict(x, timesteps, labels, lowRes, which);
    }

    Tensor gradient(Tensor x, Tensor timesteps, Tensor labels, Threads which) {
        return classifier().evaluate(x, timesteps, labels, which).gradient();
    }

    Tensor vjp(Tensor x, Tensor timesteps, @Nullable Tensor labels, Tensor v, Threads which) {
        return jacobian().vjp(x, timesteps, labels, v, which);
    }

    /** Loads the classifier, if there is one, before its first use. */
    void loadClassifier() {
        if (hasClassifier()) {
            classifier();
        }
    }

    private synchronized OnnxDenoiserGradient jacobian() {
        requireOpen();
        if (jacobian == null) {
            jacobian = OnnxDenoiserGradient.open(bundle, device, threads);
        }
        return jacobian;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("These networks are closed.");
        }
    }

    private synchronized NoisyClassifier classifier() {
        requireOpen();
        if (classifier == null) {
            classifier = NoisyClassifier.open(bundle, device, threads);
        }
        return classifier;
    }

    /** Frees the networks; no evaluation may be under way. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        denoiser.close();
        if (classifier != null) {
            classifier.close();
        }
        if (jacobian != null) {
            jacobian.close();
        }
    }
}
