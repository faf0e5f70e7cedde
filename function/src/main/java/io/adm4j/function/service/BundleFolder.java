package io.adm4j.function.service;

import java.nio.file.Path;
import java.util.Objects;

/** Where the bundle is that comes with the application. */
final class BundleFolder {
    private BundleFolder() {}

    /** The folder {@code bundle} beside the jar or program that runs. */
    static Path besideApplication() {
        return application().resolve("bundle");
    }

    /** The folder of quarkus-run.jar; the class path is just that jar under {@code java -jar}. */
    private static Path application() {
        String classPath = System.getProperty("java.class.path", "");
        Path started = classPath.endsWith(".jar")
                ? Path.of(classPath)
                : Path.of(ProcessHandle.current().info().command().orElse(""));
        return Objects.requireNonNull(started.toAbsolutePath().normalize().getParent());
    }
}
