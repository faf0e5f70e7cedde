package io.adm4j.bundle;

import io.adm4j.diffusion.Denoiser;
import io.adm4j.runtime.BatchSession;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.Threads;
import io.adm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The denoiser of a bundle. That of an upsampler also needs the low-resolution images, see {@link #upsampling}. May be used from
 * several threads at once.
 */
public final class OnnxDenoiser implements Denoiser, AutoCloseable {
    private final BatchSession session;
    private final boolean takesLabels;
    private final boolean takesLowRes;

    private OnnxDenoiser(BatchSession session) {
        this.session = session;
        this.takesLabels = takes(session, "y");
        this.takesLowRes = takes(session, BundleGraph.LOW_RES);
    }

    private static boolean takes(BatchSession session, String input) {
        return session.inputs().stream().anyMatch(i -> i.name().equals(input));
    }

    /**
     * Opens the bundle's {@value ModelBundle#DENOISER}.
     *
     * @param threads CPU threads; 0 for as many as there are processors
     * @throws BundleException if the bundle has none, or it does not fit the manifest
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    public static OnnxDenoiser open(ModelBundle bundle, Device device, int threads) {
        return new OnnxDenoiser(
                BundleGraph.open(bundle, ModelBundle.DENOISER, device, threads, List.of("x", "t"), List.of("out")));
    }

    /** Whether the graph has an input for labels. */
    public boolean takesLabels() {
        return takesLabels;
    }

    /** Whether the graph has an input for low-resolution images to upsample. */
    public boolean takesLowRes() {
        return takesLowRes;
    }

    /**
     * The denoiser of an upsampler for given low-resolution images, which the graph itself resizes bilinearly.
     *
     * @param lowRes float32 {@code [N, C, h, w]} in [-1, 1]
     * @throws IllegalArgumentException if the graph has no input for them
     */
    public Denoiser upsampling(Tensor lowRes) {
        if (!takesLowRes) {
            throw new IllegalArgumentException("This denoiser takes no low-resolution images: it is no upsampler.");
        }
        return (x, timesteps, labels) -> output(session.run(inputs(x, timesteps, labels, lowRes)));
    }

    @Override
    public Tensor predict(Tensor x, Tensor timesteps, @Nullable Tensor labels) {
        if (takesLowRes) {
            throw new IllegalArgumentException("This denoiser is an upsampler: it needs low-resolution images.");
        }
        return output(session.run(inputs(x, timesteps, labels, null)));
    }

    /**
     * Loads now what the first evaluation with all threads would load.
     *
     * @return this denoiser
     * @throws io.adm4j.runtime.RuntimeFailure if it cannot be loaded; the denoiser is closed then
     */
    public OnnxDenoiser prepared() {
        session.prepare();
        return this;
    }

    /** How many callers may evaluate it side by side, each on its own thread; see {@link BatchSession#lanes}. */
    public int lanes() {
        return session.lanes();
    }

    /**
     * One evaluation; each image may have its own timestep.
     *
     * @param x float32 {@code [N, C, H, W]}
     * @param timesteps float32 {@code [N]}
     * @param labels int64 {@code [N]}, or null where the graph takes none
     * @param lowRes float32 {@code [N, C, h, w]} in [-1, 1] for an upsampler, else null
     * @param threads that compute
     * @return as {@link #predict(Tensor, Tensor, Tensor)}
     */
    public Tensor predict(
            Tensor x, Tensor timesteps, @Nullable Tensor labels, @Nullable Tensor lowRes, Threads threads) {
        return output(session.run(inputs(x, timesteps, labels, lowRes), threads));
    }

    private Map<String, Tensor> inputs(Tensor x, Tensor timesteps, @Nullable Tensor labels, @Nullable Tensor lowRes) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put("x", x);
        inputs.put("t", timesteps);
        if (takesLabels) {
            if (labels == null) {
                throw new IllegalArgumentException("This denoiser is class-conditional: it needs a label per image.");
            }
            inputs.put("y", labels);
        }
        if (lowRes != null) {
            inputs.put(BundleGraph.LOW_RES, lowRes);
        }
        return inputs;
    }

    private static Tensor output(Map<String, Tensor> outputs) {
        return Objects.requireNonNull(outputs.get("out"));
    }

    @Override
    public void close() {
        session.close();
    }
}
