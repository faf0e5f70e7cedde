package io.adm4j.harness.cli.option;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The bundle of a command that evaluates a denoiser on images of their full size. */
public final class BaseBundleOption {
    @Option(names = "--bundle", paramLabel = "FOLDER", description = "Model bundle (default: the embedded one).")
    private Path bundle;

    /**
     * The bundle.
     *
     * @throws UserError if it is an upsampler
     * @throws io.adm4j.bundle.BundleException if it cannot be used
     */
    public ModelBundle load() {
        ModelBundle model = ModelBundle.load(bundle == null ? EmbeddedBundle.folder() : bundle);
        if (model.manifest().smallSize().isPresent()) {
            throw new UserError("--bundle " + model.folder() + " is an upsampler, which needs small images beside its"
                    + " own: give a base model.");
        }
        return model;
    }

    /** Whether it is the embedded one, which is part of the program and stays as it is. */
    public boolean isEmbedded() {
        try {
            return bundle == null || Files.isSameFile(bundle, EmbeddedBundle.folder());
        } catch (IOException e) {
            // There is no embedded bundle.
            return false;
        }
    }

    /** The option as given, with a space before it; empty for the embedded bundle. */
    public String given() {
        return bundle == null ? "" : " --bundle " + bundle;
    }
}
