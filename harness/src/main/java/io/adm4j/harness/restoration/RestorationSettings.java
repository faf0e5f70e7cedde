package io.adm4j.harness.restoration;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
