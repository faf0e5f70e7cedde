package io.adm4j.harness.cli.command;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What eval is to score, and with what it is to compare.
 *
 * @param samples the sets of samples that are named: stored ones, and bundles that generate some; empty for those that the bundle of
 *     the features generates
 * @param reference the real images, unless they are those of a bundle
 */
record EvalInputs(List<Path> samples, Optional<Path> reference) {
    /**
     * Inputs of a command line.
     *
     * @param sets named without an option
     * @param stored named by an option, or null
     * @param reference or null
     * @throws UserError if samples are named in both ways
     */
    static EvalInputs of(List<Path> sets, Path stored, Path reference) {
        if (stored != null && !sets.isEmpty()) {
            throw new UserError(
                    "Name stored samples either by --samples-npz (--pictures) or without an option, not both: " + stored
                            + " and " + sets.get(0) + ".");
        }
        return new EvalInputs(stored == null ? sets : List.of(stored), Optional.ofNullable(reference));
    }

    static boolean isBundle(Path path) {
        return Files.isRegularFile(path.resolve(ModelBundle.MANIFEST));
    }

    /** The first set that a bundle generates. */
    Optional<Path> firstBundle() {
        return samples.stream().filter(EvalInputs::isBundle).findFirst();
    }

    /** Whether any samples are generated. */
    boolean generates() {
        return samples.isEmpty() || firstBundle().isPresent();
    }

    /** Whether any samples are stored. */
    boolean anyStored() {
        return samples.stream().anyMatch(path -> !isBundle(path));
    }

    /**
     * The reference, or that of a bundle.
     *
     * @throws UserError if there is none
     */
    Path referenceOr(Optional<ModelBundle> bundle) {
        if (reference.isPresent()) {
            return reference.get();
        }
        if (bundle.isEmpty()) {
            throw new UserError("Give --reference with the images to compare with.");
        }
        Path own = bundle.get().folder().resolve(EmbeddedBundle.REFERENCE);
        if (!Files.isRegularFile(own)) {
            throw new UserError("Give --reference with the images to compare with: the bundle "
                    + bundle.get().folder() + " has no " + EmbeddedBundle.REFERENCE + ".");
        }
        return own;
    }
}
