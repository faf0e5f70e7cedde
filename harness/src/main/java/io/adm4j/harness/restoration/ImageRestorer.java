package io.adm4j.harness.restoration;

import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.NoisyClassifier;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.bundle.OnnxDenoiserGradient;
import io.adm4j.diffusion.ClassifierGradient;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.DenoiserGradient;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.SeededNoise;
import io.adm4j.diffusion.StepState;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.feedback.UserError;
import io.adm4j.restoration.Degradation;
import io.adm4j.restoration.NullSpaceRestoration;
import io.adm4j.restoration.PosteriorRestoration;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.Threads;
import io.adm4j.sampling.RestorationMethod;
import io.adm4j.sampling.RestorationSettings;
import io.adm4j.sampling.SampleRequestException;
import io.adm4j.tensor.Tensor;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Restores images one by one with the networks of a bundle, so that a result depends on the bundle, its input, its seed and the
 * settings alone. May be used from several threads at once.
 */
public final class ImageRestorer implements AutoCloseable {
    private final Manifest manifest;
    private final RestorationSettings settings;
    private final GaussianDiffusion process;
    private final OnnxDenoiser denoiser;
    private final Optional<OnnxDenoiserGradient> jacobian;
    private final Optional<NoisyClassifier> classifier;

    private ImageRestorer(
            Manifest manifest,
            RestorationSettings settings,
            GaussianDiffusion process,
            OnnxDenoiser denoiser,
            Optional<OnnxDenoiserGradient> jacobian,
            Optional<NoisyClassifier> classifier) {
        this.manifest = manifest;
        this.settings = settings;
        this.process = process;
        this.denoiser = denoiser;
        this.jacobian = jacobian;
        this.classifier = classifier;
    }

    /**
     * Checks that the settings fit a model, before its networks are loaded.
     *
     * @throws UserError if they do not
     */
    public static void check(Manifest manifest, RestorationSettings settings) {
        try {
            settings.check(manifest);
        } catch (SampleRequestException e) {
            String option = "--" + e.field().name().toLowerCase(Locale.ROOT).replace('_', '-');
            throw new UserError(e.messageFor(option), e);
        }
    }

    /**
     * Loads the networks.
     *
     * @param settings that {@link #check} took
     * @param keep whether to add the denoiser's gradient to a bundle without one, where DPS needs it and the bundle can be written
     * @param threads CPU threads; 0 for as many as there are processors
     * @param notes receives a sentence where that gradient is made
     * @throws io.adm4j.bundle.BundleException if the bundle lacks a network
     * @throws io.adm4j.runtime.RuntimeFailure if a graph or the device cannot be used
     */
    public static ImageRestorer open(
            ModelBundle bundle,
            RestorationSettings settings,
            boolean keep,
            Device device,
            int threads,
            Consumer<String> notes) {
        Manifest manifest = bundle.manifest();
        // DDNM takes its steps from the whole process itself.
        String kept = settings.method() == RestorationMethod.DPS ? String.valueOf(settings.steps()) : "";
        GaussianDiffusion process = new GaussianDiffusion(manifest.diffusion().respaced(kept));
        OnnxDenoiser denoiser = OnnxDenoiser.open(bundle, device, threads);
        Optional<OnnxDenoiserGradient> jacobian = Optional.empty();
        try {
            if (settings.method() == RestorationMethod.DPS) {
                jacobian = Optional.of(DenoiserVjp.open(bundle, keep, device, threads, notes));
            }
            Optional<NoisyClassifier> classifier = settings.classifierScale() == 0
                    ? Optional.empty()
                    : Optional.of(NoisyClassifier.open(bundle, device, threads));
            return new ImageRestorer(manifest, settings, process, denoiser, jacobian, classifier);
        } catch (RuntimeException e) {
            denoiser.close();
            jacobian.ifPresent(OnnxDenoiserGradient::close);
            throw e;
        }
    }

    /** Steps of one restoration. */
    public int steps() {
        return (int) settings.evaluations();
    }

    /** How many images may be restored side by side, each on its own thread. */
    public int lanes() {
        return denoiser.lanes();
    }

    /**
     * Restores one image.
     *
     * @param degradation decomposed for DDNM
     * @param sigma standard deviation of the noise in the measurement, in the range [-1, 1] of images
     * @param measured what the degradation gave, one row
     * @param label its class; empty where no network takes labels
     * @param afterStep called after each step
     * @return float32 {@code [1, C, H, W]}
     * @throws UserError if the networks give values that are not finite
     */
    public Tensor restore(
            Degradation degradation, double sigma, Tensor measured, OptionalLong label, long seed, Runnable afterStep) {
        SeededNoise noise = new SeededNoise(seed);
        Tensor start = noise.start(1, manifest.channels(), manifest.imageSize(), manifest.imageSize());
        Tensor labels = label.isPresent() ? Tensor.of(new long[] {label.getAsLong()}, 1) : null;
        Denoiser alone = (x, timesteps, y) -> denoiser.predict(x, timesteps, y, null, Threads.CALLING);
        Tensor result = start;
        if (jacobian.isPresent()) {
            OnnxDenoiserGradient network = jacobian.get();
            DenoiserGradient gradient = (x, timesteps, y, v) -> network.vjp(x, timesteps, y, v, Threads.CALLING);
            Iterator<PosteriorRestoration.Step> steps = new PosteriorRestoration(
                            process, settings.scale(), Thresholding.STATIC)
                    .restore(alone, gradient, degradation, measured, 0, start, labels, noise);
            while (steps.hasNext()) {
                result = steps.next().state().next();
                afterStep.run();
            }
        } else {
            Iterator<StepState> steps =
                    restoration(sigma).sampler(degradation, measured).steps(alone, guidance(), start, labels, noise);
            while (steps.hasNext()) {
                result = steps.next().next();
                afterStep.run();
            }
        }
        if (result.firstNonFinite().isPresent()) {
            throw new UserError("The model " + manifest.name()
                    + " gave NaN or infinity: its weights are damaged, or --scale or --classifier-scale is too large.");
        }
        return result;
    }

    private NullSpaceRestoration restoration(double sigma) {
        return new NullSpaceRestoration(process, settings.steps(), sigma, settings.eta(), settings.travel());
    }

    private Guidance guidance() {
        if (classifier.isEmpty()) {
            return Guidance.none();
        }
        NoisyClassifier network = classifier.get();
        ClassifierGradient alone = (x, timesteps, labels) ->
                network.evaluate(x, timesteps, labels, Threads.CALLING).gradient();
        return new Guidance(alone, GuidanceSettings.of(settings.classifierScale()));
    }

    @Override
    public void close() {
        denoiser.close();
        jacobian.ifPresent(OnnxDenoiserGradient::close);
        classifier.ifPresent(NoisyClassifier::close);
    }
}
