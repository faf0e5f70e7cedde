package io.adm4j.harness.bundle;

import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether class names are as many as the classes of a model. */
public final class ClassNameFit {
    private ClassNameFit() {}

    /** Number of classes that a model is told apart by; 0 if it takes no labels. */
    public static int classes(UNetConfig denoiser, Optional<ClassifierConfig> classifier) {
        return denoiser.classConditional()
                ? denoiser.numClasses()
                : classifier.map(ClassifierConfig::numClasses).orElse(0);
    }

    /**
     * Checks the names that a user gives.
     *
     * @param file of the names
     * @param classes as {@link #classes}
     * @throws UserError if there is not one name for each class
     */
    public static void check(Path file, List<String> names, int classes) {
        if (classes == 0) {
            throw new UserError(file + " has class names, but the model takes no labels: leave out --classes.");
        }
        if (names.size() != classes) {
            throw new UserError(file + " has " + names.size() + (names.size() == 1 ? " name" : " names")
                    + ", but the model has " + classes + (classes == 1 ? " class" : " classes")
                    + ": give one name per line.");
        }
    }
}
