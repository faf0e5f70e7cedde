package io.adm4j.sampling;

import io.adm4j.bundle.ClassNames;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.Sampler;

/**
 * What can be asked of a model; the one check of a request's settings and labels.
 *
 * @param name of the model
 * @param process the diffusion process that it was trained on
 * @param classConditional whether its denoiser takes labels; otherwise only its classifier does
 * @param hasClassifier whether samples can be guided
 * @param hasJacobian whether it has the vector-Jacobian product of its denoiser
 * @param classes the classes that it knows
 */
public record ModelCapabilities(
        String name,
        DiffusionConfig process,
        boolean classConditional,
        boolean hasClassifier,
        boolean hasJacobian,
        ClassNames classes) {

    /** Whether samples have labels: the denoiser takes them, or the classifier that guides. */
    public boolean usesLabels(StageSettings settings) {
        return classConditional || settings.classifierScale() != 0;
    }

    /**
     * Checks settings and labels without running a network.
     *
     * @param labels one per image, or none
     * @throws SampleRequestException if the model cannot be sampled so
     */
    public void check(StageSettings settings, int[] labels) {
        sampler(settings, labels);
    }

    /** The sampler of a request that passes {@link #check}. */
    Sampler sampler(StageSettings settings, int[] labels) {
        if (settings.classifierScale() != 0 && !hasClassifier) {
            throw new SampleRequestException(
                    RequestField.CLASSIFIER_SCALE, "must be 0: the model " + name + " has no classifier");
        }
        if (settings.needsJacobian() && !hasJacobian) {
            throw new SampleRequestException(
                    RequestField.METHOD,
                    "must be ddnm: the bundle of the model " + name
                            + " has no gradient of its denoiser, which harness export --with denoiser-vjp adds");
        }
        if (labels.length == 0 && usesLabels(settings)) {
            throw new SampleRequestException(
                    RequestField.LABEL, "must be given for each image: the model " + name + " needs it");
        }
        int count = classes.count();
        for (int label : labels) {
            if (label < 0 || count > 0 && label >= count) {
                throw new SampleRequestException(
                        RequestField.LABEL,
                        "must be a number from 0" + (count > 0 ? " to " + (count - 1) : " on") + " for the model "
                                + name + ", not " + label);
            }
        }
        return settings.samplerFor(process);
    }
}
