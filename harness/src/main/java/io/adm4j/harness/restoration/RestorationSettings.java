package io.adm4j.harness.restoration;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.restoration.TimeTravel;

/**
 * How images are restored by DDNM.
 *
 * @param steps a divisor of the timesteps of the process
 * @param eta share of fresh noise in each step, 0 to 1
 * @param travel which steps are taken again
 * @param classifierScale strength of the classifier's guidance; 0 does not run it
 */
public record RestorationSettings(int steps, double eta, TimeTravel travel, double classifierScale) {
    /** Everything that determines a result beside bundle, input, seed and task. */
    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("method", "ddnm")
                .put("steps", steps)
                .put("eta", eta)
                .put("travel_length", travel.length())
                .put("travel_repeat", travel.repeat())
                .put("classifier_scale", classifierScale);
    }
}
