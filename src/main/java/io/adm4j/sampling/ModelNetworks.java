package io.adm4j.sampling;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.NoisyClassifier;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.Threads;
import io.adm4j.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The networks of one model. The classifier is loaded on its first use. May be used from several threads at once. */
final class ModelNetworks implements AutoCloseable {
    private final ModelBundle bundle;
    private final Device device;
    private final int threads;
    private final OnnxDenoiser denoiser;
    private @Nullable NoisyClassifier classifier;
    private boolean closed;

    ModelNetworks(ModelBundle bundle, Device device, int threads) {
        this.bundle = bundle;
        this.device = device;
        this.threads = threads;
        this.denoiser = OnnxDenoiser.open(bundle, device, threads);
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

    /** Loads the classifier, if there is one, before its first use. */
    void loadClassifier() {
        if (hasClassifier()) {
            classifier();
        }
    }

    private synchronized NoisyClassifier classifier() {
        if (closed) {
            throw new IllegalStateException("These networks are closed.");
        }
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
    }
}
