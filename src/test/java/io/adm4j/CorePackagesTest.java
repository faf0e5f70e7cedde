package io.adm4j;

import org.junit.jupiter.api.Test;

/** What core's packages may depend on: nothing of the other modules, no protobuf, AWT or terminal. */
class CorePackagesTest {
    private final PackageRules packages = PackageRules.of("main/java");

    @Test
    void packagesHaveNoCycles() {
        packages.haveNoCycles();
    }

    @Test
    void everyPackageIsDescribed() {
        packages.areDescribed();
    }

    @Test
    void coreDependsOnNoOtherModule() {
        packages.keepApart("io.adm4j..", "io.adm4j.export..", "io.adm4j.function..", "io.adm4j.harness..");
    }

    @Test
    void onnxRuntimeIsReachedThroughItsOwnPackage() {
        packages.reserve("ai.onnxruntime..", "io.adm4j.runtime..");
    }

    @Test
    void coreHasNoDesktopProtobufOrTerminalAndReflectionInOnePlace() {
        packages.keepApart("io.adm4j..", "java.awt..", "javax.imageio..", "javax.swing..");
        packages.keepApart("io.adm4j..", "com.google.protobuf..");
        // Only there can ONNX Runtime's environment be held until the process is gone.
        packages.reserve("java.lang.reflect..", "io.adm4j.runtime");
        packages.reserveTerminal();
    }
}
