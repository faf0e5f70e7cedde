package io.adm4j.sampling;

import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.util.OptionalInt;

/**
 * Enlarges the images of another model (Diffusion Models Beat GANs, section 5.2): a diffusion
 * model that sees the small image, brought to size, beside its own noisy one.
 *
 * <p>An enlarged image depends on the bundle, the small image in 256 grey levels, its seed, its label and the settings
 * alone. Its noise is independent of the noise that the small image of the same seed was drawn from.
 *
 * <p>May be used from several threads at once.
 */
public final class Upsampler implements AutoCloseable {
    private final SamplingPipeline pipeline;
    private final int smallSize;

    private Upsampler(SamplingPipeline pipeline, int smallSize) {
        this.pipeline = pipeline;
        this.smallSize = smallSize;
    }

    /**
     * Loads an upsampler's denoiser.
     *
     * @param threads threads within one operator; 0 for all cores
     * @throws IllegalArgumentException if the bundle's model is no upsampler
     * @throws io.adm4j.bundle.BundleException if the bundle has no denoiser
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    public static Upsampler open(ModelBundle bundle, Device device, int threads) {
        OptionalInt small = bundle.manifest().smallSize();
        if (small.isEmpty()) {
            throw new IllegalArgumentException("The bundle " + bundle.folder()
                    + " is no upsampler: its denoiser has no flags large_size and small_size.");
        }
        return new Upsampler(SamplingPipeline.open(bundle, device, threads), small.getAsInt());
    }

    /** What the bundle says of itself. */
    public Manifest manifest() {
        return pipeline.manifest();
    }

    /** Height and width of the images that it takes. */
    public int smallSize() {
        return smallSize;
    }

    /** Height and width of the images that it makes. */
    public int largeSize() {
        return manifest().imageSize();
    }

    /** Whether classifier guidance can be asked for. */
    public boolean hasClassifier() {
        return pipeline.hasClassifier();
    }

    /**
     * Checks that it can enlarge another model's images.
     *
     * @throws IllegalArgumentException if sizes or classes differ; the message says how
     */
    public void requireFit(Manifest base) {
        requireSize("the model " + base.name() + " draws", base.imageSize());
        requireClasses(base);
    }

    /**
     * Checks that it knows the classes of another model.
     *
     * @throws IllegalArgumentException if not; the message says how they differ
     */
    public void requireClasses(Manifest base) {
        if (!manifest().classConditional()) {
            return;
        }
        OptionalInt known = manifest().classCount();
        OptionalInt drawn = base.classCount();
        if (drawn.isEmpty()) {
            throw new IllegalArgumentException("The upsampler " + manifest().name()
                    + " needs the class of each image, and the model " + base.name() + " knows no classes.");
        }
        if (known.isPresent() && known.getAsInt() != drawn.getAsInt()) {
            throw new IllegalArgumentException("The upsampler " + manifest().name() + " knows " + known.getAsInt()
                    + " classes and the model " + base.name() + " " + drawn.getAsInt() + ": they need the same ones.");
        }
    }

    /**
     * Checks that it can enlarge images of a size.
     *
     * @param who whose images they are, with a verb: "the model m draws"
     * @throws IllegalArgumentException if not; the message says which it can
     */
    public void requireSize(String who, int size) {
        if (size != smallSize) {
            throw new IllegalArgumentException("The upsampler " + manifest().name() + " enlarges images of " + smallSize
                    + "x" + smallSize + " to " + largeSize() + "x" + largeSize() + ", but " + who + " images of " + size
                    + "x" + size + ".");
        }
    }

    /**
     * What is asked of it for a batch; start and step noise may still be given.
     *
     * @param small uint8 {@code [N, h, w, 3]}, as files and {@link SampleBatch#images} hold them
     * @param seeds one per image
     * @param labels one per image, or none for an upsampler without classes
     */
    public SampleRequest request(Tensor small, long[] seeds, int[] labels, SamplingSettings settings) {
        return new SampleRequest(seeds, labels, settings).enlarging(PixelScale.toFloats(small));
    }

    /**
     * Checks a request without running it.
     *
     * @throws IllegalArgumentException if it does not fit the model; the message says what would
     */
    public void check(SampleRequest request) {
        pipeline.check(request);
    }

    /**
     * Enlarges one batch.
     *
     * @param listener as for {@link SamplingPipeline#sample}
     * @throws IllegalArgumentException if the request does not fit the model; the message says what would
     * @throws SamplingStopped if the run was stopped
     * @throws io.adm4j.runtime.RuntimeFailure if a network fails
     */
    public SampleBatch sample(SampleRequest request, StepListener listener) {
        return pipeline.sample(request, listener);
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
