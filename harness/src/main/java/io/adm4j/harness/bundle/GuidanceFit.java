package io.adm4j.harness.bundle;

import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;

/** Whether a classifier can guide a denoiser. */
public final class GuidanceFit {
    private GuidanceFit() {}

    /** @throws UserError if image sizes, channels or classes differ */
    public static void check(UNetConfig denoiser, ClassifierConfig classifier) {
        if (classifier.imageSize() != denoiser.imageSize()) {
            throw new UserError(
                    "The classifier takes images of " + classifier.imageSize() + " pixels, the denoiser makes"
                            + " them of " + denoiser.imageSize() + ": guidance needs one size.");
        }
        if (classifier.inChannels() != denoiser.inChannels()) {
            throw new UserError("The classifier takes images with " + Count.of(classifier.inChannels(), "channel")
                    + ", the denoiser " + denoiser.inChannels() + ": guidance needs equal in_channels.");
        }
        if (denoiser.classConditional() && denoiser.numClasses() != classifier.numClasses()) {
            throw new UserError("The classifier knows " + Count.of(classifier.numClasses(), "class") + ", the denoiser "
                    + denoiser.numClasses() + ": guidance needs the same ones.");
        }
    }
}
