package io.adm4j.harness;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import io.adm4j.PackageRules;
import org.junit.jupiter.api.Test;

/** What harness's packages may depend on: libraries that work without the command line on top of them. */
class HarnessPackagesTest {
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
    void harnessDependsOnCoreAndExport() {
        packages.keepApart("io.adm4j..", "io.adm4j.function..", "ai.onnxruntime..");
    }

    @Test
    void nothingDependsOnTheCommandLine() {
        packages.reserve("io.adm4j.harness.cli..", "io.adm4j.harness.cli..");
    }

    @Test
    void theConsoleKnowsNoCommandAndOptionsKnowNoCommand() {
        packages.reserve("io.adm4j.harness.cli.command..", "io.adm4j.harness.cli", "io.adm4j.harness.cli.command..");
        packages.keepApart("io.adm4j.harness.cli.console..", "io.adm4j.harness.cli.option..");
    }

    @Test
    void onlyTheCommandLineReachesTheTerminal() {
        packages.reserveTerminal("io.adm4j.harness.cli..");
    }

    @Test
    void onlyTheCommandLineAndTheMonitorWriteReports() {
        packages.reserve(
                "io.adm4j.harness.report..",
                "io.adm4j.harness.report..",
                "io.adm4j.harness.monitor..",
                "io.adm4j.harness.cli..");
    }

    @Test
    void reportsReadResultsAndNothingElse() {
        packages.keepApart(
                "io.adm4j.harness.report..",
                "io.adm4j.harness.bench..",
                "io.adm4j.harness.data..",
                "io.adm4j.harness.sampling..",
                "io.adm4j.harness.training..",
                "io.adm4j.harness.zoo..",
                "io.adm4j.export..");
    }

    @Test
    void dataDependsOnNoOtherPackageOfHarness() {
        restrict("io.adm4j.harness.data..", "io.adm4j.harness.data..");
        restrict("io.adm4j.harness.data.parquet..", "io.adm4j.harness.data.parquet..");
    }

    @Test
    void linearAlgebraAndResultsLieBelowTheRestOfEvaluation() {
        restrict("io.adm4j.harness.evaluation.linalg..", "io.adm4j.harness.evaluation.linalg..");
        restrict("io.adm4j.harness.evaluation.result..", "io.adm4j.harness.evaluation.result..");
    }

    @Test
    void trainingZooAndEvaluationKnowNothingOfEachOther() {
        packages.keepApart(
                "io.adm4j.harness.training..",
                "io.adm4j.harness.evaluation..",
                "io.adm4j.harness.zoo..",
                "io.adm4j.harness.bench..");
        packages.keepApart(
                "io.adm4j.harness.zoo..",
                "io.adm4j.harness.evaluation..",
                "io.adm4j.harness.training..",
                "io.adm4j.harness.bench..");
        packages.keepApart(
                "io.adm4j.harness.evaluation..",
                "io.adm4j.harness.training..",
                "io.adm4j.harness.zoo..",
                "io.adm4j.harness.bench..");
    }

    @Test
    void onlyDatasetsDecodeImages() {
        packages.reserve("javax.imageio..", "io.adm4j.harness.data..");
        packages.reserve("java.awt..", "io.adm4j.harness.data..");
    }

    /** Classes in {@code from} may depend on harness's packages in {@code to} alone; other modules are free. */
    private void restrict(String from, String to) {
        noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat(resideInAPackage("io.adm4j.harness..").and(resideOutsideOfPackage(to)))
                .check(packages.classes());
    }
}
