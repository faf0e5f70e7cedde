package io.adm4j.harness.cli.option;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Option;

/** What is special about training a classifier, wherever it is trained. */
public class ClassifierOptions {
    @Option(names = "--no-noise", description = "Train on plain images at timestep 0.")
    private boolean noNoise;

    @Option(
            names = "--random-crop",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description =
                    "Cut 0.8 to 1 of the shorter side out of each image at a random place, as the published trainer does.")
    private Boolean randomCrop;

    /** Flags of a new run below all that are given. */
    public ObjectNode defaults() {
        ObjectNode defaults =
                JsonNodeFactory.instance.objectNode().put("noised", true).put("random_crop", false);
        // Features for scores are what the adaptive pool averages.
        return noNoise ? defaults.put("classifier_pool", "adaptive") : defaults;
    }

    /** Flags of a new run above all others. */
    public ObjectNode given() {
        ObjectNode given = JsonNodeFactory.instance.objectNode();
        if (noNoise) {
            given.put("noised", false);
        }
        if (randomCrop != null) {
            given.put("random_crop", randomCrop);
        }
        return given;
    }
}
