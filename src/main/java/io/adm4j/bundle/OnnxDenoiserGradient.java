package io.adm4j.bundle;

import io.adm4j.diffusion.DenoiserGradient;
import io.adm4j.runtime.BatchSession;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.Threads;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
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

    /**
     * Opens a graph that was made for a bundle that has none.
     *
     * @param graph with the inputs and outputs of {@value ModelBundle#DENOISER_VJP}
     * @param threads CPU threads; 0 for as many as there are processors
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    public static OnnxDenoiserGradient open(Path graph, Device device, int threads) {
        return new OnnxDenoiserGradient(BatchSession.open(graph, device, threads));
    }

    @Override
    public Tensor vjp(Tensor x, Tensor timesteps, @Nullable Tensor labels, Tensor v) {
        return product(session.run(inputs(x, timesteps, labels, v)));
    }

    /** As above, with certain threads. */
    public Tensor vjp(Tensor x, Tensor timesteps, @Nullable Tensor labels, Tensor v, Threads threads) {
        return product(session.run(inputs(x, timesteps, labels, v), threads));
    }

    private static Tensor product(Map<String, Tensor> outputs) {
        return Objects.requireNonNull(outputs.get("vjp"));
    }

    private Map<String, Tensor> inputs(Tensor x, Tensor timesteps, @Nullable Tensor labels, Tensor v) {
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
        return inputs;
    }

    @Override
    public void close() {
        session.close();
    }
}
