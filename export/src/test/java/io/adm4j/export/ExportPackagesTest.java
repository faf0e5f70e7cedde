package io.adm4j.export;

import io.adm4j.PackageRules;
import org.junit.jupiter.api.Test;

/** What export's packages may depend on: core, and each other in one direction; nothing here runs a graph. */
class ExportPackagesTest {
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
    void exportDependsOnCoreAlone() {
        packages.keepApart("io.adm4j..", "io.adm4j.function..", "io.adm4j.harness..");
    }

    @Test
    void graphsAreBuiltAndNotRun() {
        packages.keepApart("io.adm4j.export..", "ai.onnxruntime..", "io.adm4j.runtime..");
    }

    @Test
    void graphsAndDerivativesKnowNoNetwork() {
        for (String generic : new String[] {"io.adm4j.export.graph..", "io.adm4j.export.autodiff.."}) {
            packages.keepApart(
                    generic, "io.adm4j.export.net..", "io.adm4j.export.training..", "io.adm4j.export.importer..");
        }
        packages.keepApart("io.adm4j.export.graph..", "io.adm4j.export.autodiff..");
    }

    @Test
    void exportHasNoDesktopOrTerminal() {
        packages.keepApart("io.adm4j..", "java.awt..", "javax.imageio..", "javax.swing..");
        packages.reserveTerminal();
    }
}
