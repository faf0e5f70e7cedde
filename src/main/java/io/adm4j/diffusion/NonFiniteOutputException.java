package io.adm4j.diffusion;

import io.adm4j.feedback.UserError;

/** A network gave NaN or infinity during a run, so no image can come of it: the model is broken, not the request. */
public final class NonFiniteOutputException extends UserError {
    private static final long serialVersionUID = 1L;

    /**
     * @param network which network, as a sentence begins: "The denoiser"
     * @param step from 1, in the order of sampling
     * @param timestep of the whole process
     */
    NonFiniteOutputException(String network, int step, int steps, int timestep) {
        super(network + " gave NaN or infinity at step " + step + " of " + steps + " (timestep " + timestep
                + "): its weights are damaged or have diverged in training, or float16 is too narrow for them; export or"
                + " import it again, in fp32.");
    }
}
