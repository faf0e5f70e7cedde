package io.adm4j.harness.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One optimizer step.
 *
 * @param step counted from 1
 * @param learningRate of its update
 * @param metrics means over the batch by name, the loss first
 * @param quartiles means over the images whose t is in a quarter of the process, by name ({@code loss_q0} to
 *     {@code loss_q3}); those without an image in the batch are left out; and what validation gave ({@code val_loss})
 * @param gradientNorm L2 norm over all gradients; NaN if the update was skipped
 * @param parameterNorm L2 norm over all parameters, before the update; NaN if it was skipped
 * @param images seen so far, over all steps and sessions
 * @param seconds spent on training so far, all sessions together
 * @param times what the step's time was spent on
 */
public record StepReport(
        long step,
        double learningRate,
        Map<String, Double> metrics,
        Map<String, Double> quartiles,
        double gradientNorm,
        double parameterNorm,
        long images,
        double seconds,
        StepTimes times) {
    public StepReport {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        quartiles = Collections.unmodifiableMap(new LinkedHashMap<>(quartiles));
    }
}
