package io.adm4j.sampling;

import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.diffusion.SeededNoise;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Samples images from a bundle. An image depends on the bundle, its own seed, its label and the settings alone.
 *
 * <p>May be used from several threads at once. The classifier is loaded on its first use, unless {@link #openAll} did.
 */
public final class SamplingPipeline implements AutoCloseable {
    private final ModelBundle bundle;
    private final SamplingDefaults defaults;
    private final ModelNetworks networks;
    private final ModelCapabilities capabilities;
    private final StepScheduler scheduler;

    private SamplingPipeline(ModelBundle bundle, SamplingDefaults defaults, ModelNetworks networks) {
        this.bundle = bundle;
        this.defaults = defaults;
        this.networks = networks;
        Manifest manifest = bundle.manifest();
        this.capabilities = new ModelCapabilities(
                manifest.name(),
                manifest.diffusion(),
                networks.takesLabels(),
                networks.hasClassifier(),
                networks.hasJacobian(),
                manifest.classNames());
        this.scheduler = new StepScheduler(0, SchedulerListener.none());
    }

    /**
     * Loads the bundle's denoiser.
     *
     * @param threads threads within one operator; 0 for all cores
     * @throws io.adm4j.bundle.BundleException if the bundle has no denoiser, or defaults for sampling that cannot be
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    public static SamplingPipeline open(ModelBundle bundle, Device device, int threads) {
        SamplingDefaults defaults = SamplingDefaults.of(bundle.manifest());
        return new SamplingPipeline(bundle, defaults, ModelNetworks.open(bundle, device, threads));
    }

    /**
     * Loads all networks of several bundles at the same time, their classifiers too.
     *
     * @param threads threads within one operator; 0 for all cores
     * @return one pipeline for each bundle, in their order
     * @throws io.adm4j.bundle.BundleException if a bundle has no denoiser, for the first such bundle
     * @throws io.adm4j.runtime.RuntimeFailure if a graph or the device cannot be used, for the first such bundle
     */
    public static List<SamplingPipeline> openAll(List<ModelBundle> bundles, Device device, int threads) {
        List<CompletableFuture<SamplingPipeline>> all = bundles.stream()
                .map(bundle -> Together.begin(() -> {
                    SamplingDefaults defaults = SamplingDefaults.of(bundle.manifest());
                    return new SamplingPipeline(bundle, defaults, ModelNetworks.openAll(bundle, device, threads));
                }))
                .toList();
        Together.await(all);
        return all.stream().map(CompletableFuture::join).toList();
    }

    /** The bundle's manifest. */
    public Manifest manifest() {
        return bundle.manifest();
    }

    /** The bundle's digest. */
    public String digest() {
        return bundle.digest();
    }

    /** How the bundle is sampled where nobody says otherwise. */
    public SamplingDefaults defaults() {
        return defaults;
    }

    /** What can be asked of the bundle. */
    public ModelCapabilities capabilities() {
        return capabilities;
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
        check(request);
        Tensor x0 = Tensor.zeros(ElementType.FLOAT32, shape(request.count()));
        StepListener keeping = (image, stage, state) -> {
            if (state.last()) {
                x0.rows(image, image + 1).bytes().put(state.next().bytes());
            }
            return listener.afterStep(image, stage, state);
        };
        SampleJob job = SampleJob.of(this, request, keeping);
        if (Thread.currentThread().isInterrupted()) {
            throw new SamplingStopped(0, job.steps());
        }
        await(scheduler.submit(job));
        return new SampleBatch(PixelScale.toBytes(x0), x0, request.labels());
    }

    /** Waits for all images; an interrupt cancels the task and stays set. */
    private static void await(SampleTask task) {
        boolean interrupted = false;
        while (true) {
            try {
                task.outcome().get();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                task.cancel();
            } catch (ExecutionException e) {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) e.getCause();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Initial noise of one image of a request, float32 {@code [1, C, H, W]}. */
    Tensor start(SampleRequest request, int image) {
        if (request.initialNoise().isPresent()) {
            return request.initialNoise().get().rows(image, image + 1);
        }
        long seed = request.seeds()[image];
        return (request.lowRes().isPresent() ? SeededNoise.ofUpsampler(seed) : new SeededNoise(seed)).start(shape(1));
    }

    /**
     * Checks a request without running it.
     *
     * @throws SampleRequestException if it does not fit the model
     */
    public void check(SampleRequest request) {
        checkLowRes(request);
        request.initialNoise().ifPresent(noise -> {
            if (!Arrays.equals(noise.shape(), shape(request.count()))) {
                throw new SampleRequestException(
                        RequestField.INITIAL_NOISE,
                        "must have the shape " + Arrays.toString(shape(request.count())) + ", not "
                                + Arrays.toString(noise.shape()));
            }
        });
        capabilities.check(request.settings(), request.labels());
    }

    private void checkLowRes(SampleRequest request) {
        String model = manifest().name();
        if (!networks.takesLowRes()) {
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

    /** Shape of a number of images. */
    long[] shape(int count) {
        return shape(count, manifest().imageSize());
    }

    /** Shape of a number of images that an upsampler takes; a quarter of the size where the manifest does not say. */
    long[] lowResShape(int count) {
        return shape(count, manifest().smallSize().orElse(Math.max(1, manifest().imageSize() / 4)));
    }

    private long[] shape(int count, int size) {
        return new long[] {count, manifest().channels(), size, size};
    }

    ModelNetworks networks() {
        return networks;
    }

    /** Frees the networks, after the steps under way; no other scheduler may use them. */
    @Override
    public void close() {
        scheduler.close();
        networks.close();
    }
}
