package io.adm4j.function;

import io.adm4j.PackageRules;
import org.junit.jupiter.api.Test;

/** What the function may depend on: core alone, and nothing that keeps it from becoming a native image. */
class FunctionPackagesTest {
    private final PackageRules packages = PackageRules.of("src/main/java");

    @Test
    void packagesHaveNoCycles() {
        packages.haveNoCycles();
    }

    @Test
    void everyPackageIsDescribed() {
        packages.areDescribed();
    }

    @Test
    void functionDependsOnCoreAlone() {
        packages.keepApart("io.adm4j..", "io.adm4j.export..", "io.adm4j.harness..", "ai.onnxruntime..");
    }

    @Test
    void functionHasNoDesktopProtobufTerminalOrReflection() {
        packages.keepApart("io.adm4j..", "java.awt..", "javax.imageio..", "javax.swing..");
        packages.keepApart("io.adm4j..", "com.google.protobuf..", "java.lang.reflect..");
        packages.reserveTerminal("io.adm4j.function.start..");
    }
}
