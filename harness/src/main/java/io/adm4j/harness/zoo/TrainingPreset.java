package io.adm4j.harness.zoo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a network is trained, by a name.
 *
 * @param name of the preset, which the networks of a model share
 * @param kind of the network, as the training commands name it: "diffusion", "upsampler" or "classifier"
 * @param about one line of description
 * @param flags of network and diffusion; complete for a published model, else those that are not the defaults of the command
 * @param training settings under their published names, {@code iterations} among them; complete for a published model
 * @param result what the paper reports of the model that was trained like this
 * @param imagesPerSecond how many images one core of an AMD EPYC (Zen 5) trains on in a second, as measured; empty for published models
 */
public record TrainingPreset(
        String name,
        String kind,
        String about,
        ObjectNode flags,
        ObjectNode training,
        Optional<PublishedResult> result,
        OptionalDouble imagesPerSecond) {
    /** The flags, which the caller may change. */
    @Override
    public ObjectNode flags() {
        return flags.deepCopy();
    }

    /** The training settings, which the caller may change. */
    @Override
    public ObjectNode training() {
        return training.deepCopy();
    }

    /** Optimizer steps of the whole training. */
    public long iterations() {
        return training.get("iterations").asLong();
    }

    /** What the whole training takes on that core; empty where it was not measured. */
    public OptionalDouble minutes() {
        double images = (double) iterations() * training.get("batch_size").asInt();
        return imagesPerSecond.isPresent()
                ? OptionalDouble.of(images / imagesPerSecond.getAsDouble() / 60)
                : OptionalDouble.empty();
    }
}
