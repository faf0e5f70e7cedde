package io.adm4j.sampling;

import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.util.OptionalInt;

/**
 * Upsamples the images of another model (Diffusion Models Beat GANs, section 5.2): a diffusion model whose input is the
 * low-resolution image, resized bilinearly, beside the noisy one.
 *
 * <p>An upsampled image depends on the bundle, the low-resolution image in 256 levels, its seed, its label and the
 * settings alone. Its noise is independent of the noise that the base model takes for the same seed.
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
     * @throws UserError if the bundle's model is no upsampler
     * @throws io.adm4j.bundle.BundleException if the bundle has no denoiser
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    public static Upsampler open(ModelBundle bundle, Device device, int threads) {
        requireUpsampler(bundle);
        return of(SamplingPipeline.open(bundle, device, threads));
    }

    /** The upsampler whose networks are loaded already; whoever closes it closes them. */
    public static Upsampler of(SamplingPipeline upsampler) {
        return new Upsampler(upsampler, upsampler.manifest().smallSize().orElseThrow());
    }

    /**
     * Checks that a bundle's model is an upsampler.
     *
     * @throws UserError if not
     */
    public static void requireUpsampler(ModelBundle bundle) {
        if (bundle.manifest().smallSize().isEmpty()) {
            throw new UserError("The bundle " + bundle.folder()
                    + " is no upsampler: its denoiser has no flags large_size and small_size.");
        }
    }

    /** The bundle's manifest. */
    public Manifest manifest() {
        return pipeline.manifest();
    }

    /** The bundle's digest. */
    public String digest() {
        return pipeline.digest();
    }

    /** Height and width of the images that it takes. */
    public int smallSize() {
        return smallSize;
    }

    /** Height and width of the upsampled images. */
    public int largeSize() {
        return manifest().imageSize();
    }

    /** What can be asked of the bundle. */
    public ModelCapabilities capabilities() {
        return pipeline.capabilities();
    }

    /**
     * Checks that it can upsample another model's images.
     *
     * @throws UserError if sizes, channels or classes differ; the message says how
     */
    public void requireFit(Manifest base) {
        String samples = "the model " + base.name() + " samples";
        requireSize(samples, base.imageSize());
        requireChannels(samples, base.channels());
        requireClasses(base);
    }

    /**
     * Checks that it knows the classes of another model.
     *
     * @throws UserError if not; the message says how they differ
     */
    public void requireClasses(Manifest base) {
        if (!manifest().classConditional()) {
            return;
        }
        OptionalInt known = manifest().classCount();
        OptionalInt sampled = base.classCount();
        if (sampled.isEmpty()) {
            throw new UserError("The upsampler " + manifest().name() + " needs the class of each image, and the model "
                    + base.name() + " knows no classes.");
        }
        if (known.isPresent() && known.getAsInt() != sampled.getAsInt()) {
            throw new UserError("The upsampler " + manifest().name() + " knows " + Count.of(known.getAsInt(), "class")
                    + " and the model " + base.name() + " " + sampled.getAsInt() + ": they need the same ones.");
        }
    }

    /**
     * Checks that it can upsample images of a size.
     *
     * @param who the source of the images, with a verb: "the model m samples"
     * @throws UserError if not; the message says which it can
     */
    public void requireSize(String who, int size) {
        if (size != smallSize) {
            throw new UserError("The upsampler " + manifest().name() + " upsamples images of " + smallSize
                    + "x" + smallSize + " to " + largeSize() + "x" + largeSize() + ", but " + who + " images of " + size
                    + "x" + size + ".");
        }
    }

    /**
     * Checks that it can upsample images with a number of channels.
     *
     * @param who as for {@link #requireSize}
     * @throws UserError if not; the message says with how many it can
     */
    public void requireChannels(String who, int channels) {
        if (channels != manifest().channels()) {
            throw new UserError("The upsampler " + manifest().name() + " upsamples images with "
                    + Count.of(manifest().channels(), "channel") + ", but " + who + " images with " + channels + ".");
        }
    }

    /**
     * A request for a batch; initial noise may be added.
     *
     * @param small uint8 {@code [N, h, w, C]}, as files and {@link SampleBatch#images} hold them
     * @param seeds one per image
     * @param labels one per image, or none for an upsampler without classes
     */
    public SampleRequest request(Tensor small, long[] seeds, int[] labels, SamplingSettings settings) {
        return new SampleRequest(seeds, labels, settings).upsampling(PixelScale.toFloats(small));
    }

    /**
     * Checks a request without running it.
     *
     * @throws SampleRequestException if it does not fit the model
     */
    public void check(SampleRequest request) {
        pipeline.check(request);
    }

    /**
     * Upsamples one batch.
     *
     * @param listener as for {@link SamplingPipeline#sample}
     * @throws SampleRequestException if the request does not fit the model
     * @throws SamplingStopped if the run was stopped
     * @throws io.adm4j.runtime.RuntimeFailure if a network fails
     */
    public SampleBatch sample(SampleRequest request, StepListener listener) {
        return pipeline.sample(request, listener);
    }

    /** The model as a stage of a {@link SampleJob}. */
    public SamplingPipeline model() {
        return pipeline;
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
