package io.adm4j.model;

import io.adm4j.diffusion.Denoiser;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** The denoiser of a bundle. May be used from several threads at once. */
public final class OnnxDenoiser implements Denoiser, AutoCloseable {
    private final OnnxSession session;
    private final boolean takesLabels;

    private OnnxDenoiser(OnnxSession session) {
        this.session = session;
        this.takesLabels = session.inputs().stream().anyMatch(i -> i.name().equals("y"));
    }

    /**
     * Opens the bundle's {@value ModelBundle#DENOISER}.
     *
     * @param threads threads within one operator; 0 for all cores
     * @throws BundleException if the bundle has none
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    public static OnnxDenoiser open(ModelBundle bundle, Device device, int threads) {
        return new OnnxDenoiser(OnnxSession.open(bundle.path(ModelBundle.DENOISER), device, threads));
    }

    /** Whether the graph has an input for labels. */
    public boolean takesLabels() {
        return takesLabels;
    }

    @Override
    public Tensor predict(Tensor x, Tensor timesteps, Tensor labels) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put("x", x);
        inputs.put("t", timesteps);
        if (takesLabels) {
            if (labels == null) {
                throw new IllegalArgumentException("This denoiser is class-conditional: it needs a label a picture.");
            }
            inputs.put("y", labels);
        }
        return session.run(inputs).get("out");
    }

    @Override
    public void close() {
        session.close();
    }
}
