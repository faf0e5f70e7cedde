package io.adm4j.harness.cli;

import io.adm4j.harness.evaluation.run.LibraryVersions;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.runtime.RuntimeFailure;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarFile;
import picocli.CommandLine.IVersionProvider;

/** The versions of what runs. That of adm4j and its commit are in the jar's manifest, where Maven writes them. */
public final class Version implements IVersionProvider {
    private static final String COMMIT = "Implementation-Build";

    @Override
    public String[] getVersion() throws IOException, URISyntaxException {
        return new String[] {"adm4j " + adm4j(), "Java " + System.getProperty("java.version"), onnxRuntime()};
    }

    /** The version of adm4j, with the commit that it was built from where that is known. */
    public static String adm4j() throws IOException, URISyntaxException {
        return LibraryVersions.adm4j()
                + commit().map(id -> " (commit " + id + ")").orElse("");
    }

    private static String onnxRuntime() {
        try {
            return "ONNX Runtime " + OnnxSession.runtimeVersion();
        } catch (RuntimeFailure e) {
            return e.getMessage();
        }
    }

    /** Empty when run from class files, or built outside of a git checkout. */
    private static Optional<String> commit() throws IOException, URISyntaxException {
        Path place = Path.of(Version.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        if (!Files.isRegularFile(place)) {
            return Optional.empty();
        }
        try (JarFile jar = new JarFile(place.toFile())) {
            return Optional.ofNullable(jar.getManifest().getMainAttributes().getValue(COMMIT))
                    .filter(id -> id.matches("[0-9a-f]+"));
        }
    }
}
