package io.adm4j.bundle;

import io.adm4j.diffusion.DenoiserGradient;
import io.adm4j.runtime.BatchSession;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The vector-Jacobian product of a bundle's denoiser. May be used from several threads at once. */
public final class OnnxDenoiserGradient implements DenoiserGradient, AutoCloseable {
    private final BatchSession session;
    private final boolean takesLabels;

    private OnnxDenoiserGradient(BatchSession session) {
        this.session = session;
        this.takesLabels =
                session.inputs().stream().anyMatch(input -> input.name().equals("y"));
    }

    /**
     * Opens the bundle's {@value ModelBundle#DENOISER_VJP}.
     *
     * @param threads CPU threads; 0 for as many as there are processors
     * @throws BundleException if the bundle has none, or it does not fit the manifest
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    public static OnnxDenoiserGradient open(ModelBundle bundle, Device device, int threads) {
        return new OnnxDenoiserGradient(BundleGraph.open(
                bundle,
                ModelBundle.DENOISER_VJP,
                device,
                threads,
                List.of("x", "t", BundleGraph.VECTOR),
                List.of("out", "vjp")));
    }

    @Override
    public Tensor vjp(Tensor x, Tensor timesteps, @Nullable Tensor labels, Tensor v) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put("x", x);
        inputs.put("t", timesteps);
        if (takesLabels) {
            if (labels == null) {
                throw new IllegalArgumentException("This denoiser is class-conditional: it needs a label per image.");
            }
            inputs.put("y", labels);
        }
        inputs.put(BundleGraph.VECTOR, v);
        return Objects.requireNonNull(session.run(inputs).get("vjp"));
    }

    @Override
    public void close() {
        session.close();
    }
}
