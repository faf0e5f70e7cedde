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

/**
 * Samples images from a bundle. An image depends on the bundle, its own seed, its label and the settings alone.
 *
 * <p>May be used from several threads at once. The classifier is loaded when guidance first asks for it.
 */
public final class SamplingPipeline implements AutoCloseable {
    private static final int CHANNELS = 3;

    private final ModelBundle bundle;
    private final Device device;
    private final int threads;
    private final OnnxDenoiser denoiser;
    private NoisyClassifier classifier;
    private boolean closed;

    private SamplingPipeline(ModelBundle bundle, Device device, int threads) {
        this.bundle = bundle;
        this.device = device;
        this.threads = threads;
        this.denoiser = OnnxDenoiser.open(bundle, device, threads);
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

    /** What the bundle says of itself. */
    public Manifest manifest() {
        return bundle.manifest();
    }

    /** Whether classifier guidance can be asked for. */
    public boolean hasClassifier() {
        return bundle.has(ModelBundle.CLASSIFIER_GRADIENT);
    }

    /**
     * Checks a request without running it.
     *
     * @throws IllegalArgumentException if it does not fit the model; the message says what would
     */
    public void check(SampleRequest request) {
        sampler(request);
    }

    /**
     * Samples one batch.
     *
     * @param listener told after each step; it stops the run by returning false or by throwing, an interrupt of the
     *     thread stops it too
     * @throws IllegalArgumentException if the request does not fit the model; the message says what would
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
        Tensor start = request.startNoise().orElseGet(() -> seeded.start(shape(request)));
        NoiseSource noise = request.stepNoise().orElse(seeded);
        Denoiser network = request.lowRes().isPresent()
                ? denoiser.enlarging(request.lowRes().get())
                : denoiser;
        Iterator<StepState> steps = sampler.steps(network, guidance(request.settings()), start, y, noise);
        while (true) {
            StepState state = steps.next();
            boolean goOn = listener.afterStep(state);
            if (!steps.hasNext()) {
                return new SampleBatch(PixelScale.toBytes(state.next()), state.next(), labels);
            }
            if (!goOn || Thread.currentThread().isInterrupted()) {
                throw new SamplingStopped(state.step() + 1, state.steps());
            }
        }
    }

    private Sampler sampler(SampleRequest request) {
        boolean guided = request.settings().classifierScale() != 0;
        if (guided && !hasClassifier()) {
            throw new IllegalArgumentException(
                    "A classifier scale other than 0 needs a classifier, which this model has not.");
        }
        int[] labels = request.labels();
        if (labels.length == 0 && (denoiser.takesLabels() || guided)) {
            throw new IllegalArgumentException("This model needs a label for each image.");
        }
        OptionalInt classes = manifest().classCount();
        for (int label : labels) {
            if (label < 0 || classes.isPresent() && label >= classes.getAsInt()) {
                throw new IllegalArgumentException("There is no label " + label
                        + (classes.isPresent()
                                ? "; this model has 0 to " + (classes.getAsInt() - 1) + "."
                                : "; labels count from 0."));
            }
        }
        checkLowRes(request);
        request.startNoise().ifPresent(noise -> {
            if (!Arrays.equals(noise.shape(), shape(request))) {
                throw new IllegalArgumentException("Start noise for this request has shape "
                        + Arrays.toString(shape(request)) + ", not " + Arrays.toString(noise.shape()) + ".");
            }
        });
        return request.settings().samplerFor(manifest().diffusion());
    }

    private void checkLowRes(SampleRequest request) {
        if (!denoiser.takesLowRes()) {
            if (request.lowRes().isPresent()) {
                throw new IllegalArgumentException(
                        "The model " + manifest().name() + " draws images and enlarges none: it is no upsampler.");
            }
            return;
        }
        // Hand-made bundles may lack the flag; their graphs check the size themselves.
        OptionalInt small = manifest().smallSize();
        String images = small.isPresent() ? small.getAsInt() + "x" + small.getAsInt() + " images" : "images";
        if (request.lowRes().isEmpty()) {
            throw new IllegalArgumentException("The model " + manifest().name() + " is an upsampler that enlarges "
                    + images + " to " + manifest().imageSize() + "x"
                    + manifest().imageSize()
                    + " and cannot draw any: give it images of another model.");
        }
        Tensor lowRes = request.lowRes().get();
        if (lowRes.rank() != 4
                || lowRes.dim(0) != request.count()
                || small.isPresent() && !Arrays.equals(lowRes.shape(), shape(request.count(), small.getAsInt()))) {
            throw new IllegalArgumentException("The upsampler " + manifest().name() + " enlarges " + images + ", "
                    + request.count() + " here, and was given " + Arrays.toString(lowRes.shape()) + ".");
        }
    }

    private long[] shape(SampleRequest request) {
        return shape(request.count(), manifest().imageSize());
    }

    private static long[] shape(int count, int size) {
        return new long[] {count, CHANNELS, size, size};
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
