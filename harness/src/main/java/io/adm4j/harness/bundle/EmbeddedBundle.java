package io.adm4j.harness.bundle;

import java.nio.file.Path;

/** The Fashion-MNIST bundle that ships with adm4j, below the folder in {@code -Dadm4j.home}. */
public final class EmbeddedBundle {
    /** Real images beside the bundle's files, to compare samples with. */
    public static final String REFERENCE = "reference.npz";

    private EmbeddedBundle() {}

    /** The installation folder of adm4j, which harness/bin/harness passes on. */
    public static Path home() {
        return Path.of(System.getProperty("adm4j.home", "."));
    }

    public static Path folder() {
        return home().resolve("harness").resolve("bundles").resolve("fashion-mnist-32");
    }

    static Path reference() {
        return folder().resolve(REFERENCE);
    }
}
