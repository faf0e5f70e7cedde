package io.adm4j.harness.restoration;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.restoration.Degradation;
import java.util.OptionalDouble;

/**
 * What happened to images.
 *
 * @param name of the task
 * @param degradation the linear part of it
 * @param factor by which damaged images are smaller than whole ones; 1 for the same size
 * @param noise standard deviation of the noise in damaged images, in gray levels of 0 to 255; empty to estimate it
 * @param damage the settings of the degradation, for reports; not modified
 */
public record RestorationTask(
        String name, Degradation degradation, int factor, OptionalDouble noise, ObjectNode damage) {

    /** A task whose degradation has no settings. */
    public RestorationTask(String name, Degradation degradation, int factor, OptionalDouble noise) {
        this(name, degradation, factor, noise, JsonNodeFactory.instance.objectNode());
    }
}
