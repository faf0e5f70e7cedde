package io.adm4j.sampling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.feedback.UserError;
import io.adm4j.restoration.TimeTravel;
import java.util.Locale;

/**
 * How images are restored.
 *
 * @param steps for DDNM a divisor of the timesteps of the process, for DPS at most these
 * @param eta share of fresh noise in each step of DDNM, 0 to 1
 * @param travel which steps of DDNM are taken again
 * @param scale factor of DPS's gradient, at least 0
 * @param classifierScale strength of the classifier's guidance of DDNM; 0 does not run it
 */
public record RestorationSettings(
        RestorationMethod method, int steps, double eta, TimeTravel travel, double scale, double classifierScale) {
    /** Noise of whole levels where nothing else was done to images: the standard deviation of rounding, in levels. */
    public static final double ROUNDING = 0.3;

    /**
     * The largest number of steps that both methods can take.
     *
     * @param timesteps of the model's process
     * @param most at least 1
     */
    public static int mostSteps(int timesteps, int most) {
        int steps = Math.min(timesteps, most);
        while (timesteps % steps != 0) {
            steps--;
        }
        return steps;
    }

    /** Evaluations of the denoiser in one restoration. */
    public long evaluations() {
        return method == RestorationMethod.DPS ? steps : travel.evaluations(steps);
    }

    /**
     * Checks that the settings fit a model, before its networks are loaded.
     *
     * @throws UserError if they do not, or no image can be restored by the model
     * @throws SampleRequestException if one of them does not
     */
    public void check(Manifest manifest) {
        if (manifest.smallSize().isPresent()) {
            throw new UserError(
                    "The model " + manifest.name() + " is an upsampler, and images are restored by other models.");
        }
        if (manifest.diffusion().predictXstart()) {
            throw new UserError("The model " + manifest.name()
                    + " predicts x_0, and images are restored by models that predict noise.");
        }
        int timesteps = manifest.diffusion().diffusionSteps();
        if (method == RestorationMethod.DPS) {
            if (steps > timesteps) {
                throw new SampleRequestException(
                        RequestField.STEPS,
                        "must be at most the " + timesteps + " timesteps of the model, not " + steps);
            }
        } else if (timesteps % steps != 0) {
            throw new SampleRequestException(
                    RequestField.STEPS,
                    "must divide the " + timesteps + " timesteps of the model, which " + steps + " does not");
        }
        if (classifierScale != 0 && manifest.classifier().isEmpty()) {
            throw new SampleRequestException(
                    RequestField.CLASSIFIER_SCALE,
                    "must be 0 or left out: the model " + manifest.name() + " has no classifier");
        }
    }

    /** Everything that determines a result beside bundle, input, seed and task. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("method", method.name().toLowerCase(Locale.ROOT))
                .put("steps", steps);
        if (method == RestorationMethod.DPS) {
            return json.put("scale", scale);
        }
        return json.put("eta", eta)
                .put("travel_length", travel.length())
                .put("travel_repeat", travel.repeat())
                .put("classifier_scale", classifierScale);
    }
}
