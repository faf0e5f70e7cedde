package io.adm4j.harness.bundle;

import java.nio.file.Path;

/** The Fashion-MNIST bundle that ships with adm4j, in the folder that {@code -Dadm4j.embedded} names. */
public final class EmbeddedBundle {
    /** Real images beside the bundle's files, to compare samples with. */
    public static final String REFERENCE = "reference.npz";

    /** System property with the bundle's folder. */
    public static final String PROPERTY = "adm4j.embedded";

    private EmbeddedBundle() {}

    /** The bundle's folder; bin/harness passes it on, and by default it is that of the source tree. */
    public static Path folder() {
        return Path.of(System.getProperty(PROPERTY, "harness/bundles/fashion-mnist-32"));
    }
}
