package io.adm4j.sampling;

import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.NoisyClassifier;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.NoiseSource;
import io.adm4j.diffusion.Sampler;
import io.adm4j.diffusion.SeededNoise;
import io.adm4j.diffusion.StepState;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.Iterator;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Samples images from a bundle. An image depends on the bundle, its own seed, its label and the settings alone.
 *
 * <p>May be used from several threads at once. The classifier is loaded on its first use.
 */
public final class SamplingPipeline implements AutoCloseable {
    private final ModelBundle bundle;
    private final Device device;
    private final int threads;
    private final OnnxDenoiser denoiser;
    private final ModelCapabilities capabilities;
    private @Nullable NoisyClassifier classifier;
    private boolean closed;

    private SamplingPipeline(ModelBundle bundle, Device device, int threads) {
        this.bundle = bundle;
        this.device = device;
        this.threads = threads;
        this.denoiser = OnnxDenoiser.open(bundle, device, threads);
        Manifest manifest = bundle.manifest();
        this.capabilities = new ModelCapabilities(
                manifest.name(),
                manifest.diffusion(),
                denoiser.takesLabels(),
                bundle.has(ModelBundle.CLASSIFIER_GRADIENT),
                manifest.classNames());
    }

    /**
     * Loads the bundle's denoiser.
     *
     * @param threads threads within one operator; 0 for all cores
     * @throws io.adm4j.bundle.BundleException if the bundle has no denoiser
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    public static SamplingPipeline open(ModelBundle bundle, Device device, int threads) {
        return new SamplingPipeline(bundle, device, threads);
    }

    /** The bundle's manifest. */
    public Manifest manifest() {
        return bundle.manifest();
    }

    /** The bundle's digest. */
    public String digest() {
        return bundle.digest();
    }

    /** What can be asked of the bundle. */
    public ModelCapabilities capabilities() {
        return capabilities;
    }

    /**
     * Checks a request without running it.
     *
     * @throws SampleRequestException if it does not fit the model
     */
    public void check(SampleRequest request) {
        sampler(request);
    }

    /**
     * Samples one batch.
     *
     * @param listener notified after each step; it stops the run by returning false or by throwing, an interrupt of the
     *     thread stops it too
     * @throws SampleRequestException if the request does not fit the model
     * @throws SamplingStopped if the run was stopped
     * @throws io.adm4j.runtime.RuntimeFailure if a network fails
     */
    public SampleBatch sample(SampleRequest request, StepListener listener) {
        Sampler sampler = sampler(request);
        SeededNoise seeded = request.lowRes().isPresent()
                ? SeededNoise.ofUpsampler(request.seeds())
                : new SeededNoise(request.seeds());
        int[] labels = request.labels();
        Tensor y = labels.length == 0
                ? null
                : Tensor.of(Arrays.stream(labels).asLongStream().toArray(), labels.length);
        Tensor start = request.initialNoise().orElseGet(() -> seeded.start(shape(request)));
        NoiseSource noise = request.stepNoise().orElse(seeded);
        Denoiser network = request.lowRes().isPresent()
                ? denoiser.upsampling(request.lowRes().get())
                : denoiser;
        Iterator<StepState> steps = sampler.steps(network, guidance(request.settings()), start, y, noise);
        while (true) {
            StepState state = steps.next();
            boolean proceed = listener.afterStep(state);
            if (!steps.hasNext()) {
                return new SampleBatch(PixelScale.toBytes(state.next()), state.next(), labels);
            }
            if (!proceed || Thread.currentThread().isInterrupted()) {
                throw new SamplingStopped(state.step() + 1, state.steps());
            }
        }
    }

    private Sampler sampler(SampleRequest request) {
        checkLowRes(request);
        request.initialNoise().ifPresent(noise -> {
            if (!Arrays.equals(noise.shape(), shape(request))) {
                throw new SampleRequestException(
                        RequestField.INITIAL_NOISE,
                        "must have the shape " + Arrays.toString(shape(request)) + ", not "
                                + Arrays.toString(noise.shape()));
            }
        });
        return capabilities.sampler(request.settings(), request.labels());
    }

    private void checkLowRes(SampleRequest request) {
        String model = manifest().name();
        if (!denoiser.takesLowRes()) {
            if (request.lowRes().isPresent()) {
                throw new SampleRequestException(
                        RequestField.LOW_RES, "must be left out: the model " + model + " is no upsampler");
            }
            return;
        }
        // Hand-made bundles may lack the flag; their graphs check the size themselves.
        OptionalInt small = manifest().smallSize();
        String shape = small.isPresent()
                ? Arrays.toString(shape(request.count(), small.getAsInt()))
                : "[" + request.count() + ", " + manifest().channels() + ", h, w]";
        if (request.lowRes().isEmpty()) {
            throw new SampleRequestException(
                    RequestField.LOW_RES,
                    "must be given: the model " + model + " is an upsampler, which takes images of another model in"
                            + " the shape " + shape);
        }
        Tensor lowRes = request.lowRes().get();
        if (lowRes.rank() != 4
                || lowRes.dim(0) != request.count()
                || lowRes.dim(1) != manifest().channels()
                || small.isPresent() && !Arrays.equals(lowRes.shape(), shape(request.count(), small.getAsInt()))) {
            throw new SampleRequestException(
                    RequestField.LOW_RES,
                    "must have the shape " + shape + ", which the upsampler " + model + " takes, not "
                            + Arrays.toString(lowRes.shape()));
        }
    }

    private long[] shape(SampleRequest request) {
        return shape(request.count(), manifest().imageSize());
    }

    private long[] shape(int count, int size) {
        return new long[] {count, manifest().channels(), size, size};
    }

    private Guidance guidance(SamplingSettings settings) {
        return settings.classifierScale() == 0
                ? Guidance.none()
                : new Guidance(classifier(), settings.classifierScale());
    }

    private synchronized NoisyClassifier classifier() {
        if (closed) {
            throw new IllegalStateException("This pipeline is closed.");
        }
        if (classifier == null) {
            classifier = NoisyClassifier.open(bundle, device, threads);
        }
        return classifier;
    }

    /** Frees the networks; no run may be under way. */
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
