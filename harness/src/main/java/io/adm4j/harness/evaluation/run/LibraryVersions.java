package io.adm4j.harness.evaluation.run;

import io.adm4j.runtime.OnnxSession;
import java.util.LinkedHashMap;
import java.util.Map;

/** The versions of the programs whose arithmetic is in the figures. */
public final class LibraryVersions {
    private LibraryVersions() {}

    /** That of adm4j, which Maven writes into the jar's manifest; {@code unpackaged} when run from class files. */
    public static String adm4j() {
        String version = LibraryVersions.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    /** ONNX Runtime, Java and the system, name to version. */
    public static Map<String, String> current() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("onnxruntime", OnnxSession.runtimeVersion());
        versions.put("java", System.getProperty("java.version"));
        versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return versions;
    }
}
