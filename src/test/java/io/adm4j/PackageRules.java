package io.adm4j;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The rules for packages that hold in every module, checked on the compiled classes of one module. */
public final class PackageRules {
    private static final SliceAssignment BY_PACKAGE = new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    };

    private final JavaClasses classes;
    private final Path sources;

    private PackageRules(JavaClasses classes, Path sources) {
        this.classes = classes;
        this.sources = sources;
    }

    /**
     * Reads the classes in {@code target/classes} of the module under test (the working directory of its tests).
     *
     * @param sources the module's source folder, relative to the module
     */
    public static PackageRules of(String sources) {
        JavaClasses classes = new ClassFileImporter().importPath(Path.of("target/classes"));
        assertTrue(classes.size() > 5, "No classes in target/classes");
        return new PackageRules(classes, Path.of(sources));
    }

    public JavaClasses classes() {
        return classes;
    }

    /** No package may depend on itself through other packages. */
    public void haveNoCycles() {
        slices().assignedFrom(BY_PACKAGE).should().beFreeOfCycles().check(classes);
    }

    /** Classes in {@code from} may not depend on classes in any of {@code to} (ArchUnit's package patterns). */
    public void keepApart(String from, String... to) {
        noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(to)
                .check(classes);
    }

    /** Only classes in {@code to} may depend on classes in {@code what}. */
    public void reserve(String what, String... to) {
        noClasses()
                .that()
                .resideOutsideOfPackages(to)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(what)
                .check(classes);
    }

    /** Only classes in the named packages may write to the standard streams or use a library for terminals. */
    public void reserveTerminal(String... to) {
        GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(classes.that(resideOutsideOfPackages(to)));
        reserve("picocli..", to);
        reserve("me.tongfei..", to);
    }

    /** Every package says in a package-info.java what it is for. */
    public void areDescribed() {
        List<String> missing = classes.stream()
                .map(JavaClass::getPackageName)
                .distinct()
                .filter(name ->
                        !Files.exists(sources.resolve(name.replace('.', '/')).resolve("package-info.java")))
                .sorted()
                .toList();
        assertEquals(List.of(), missing, "Packages without package-info.java");
    }
}
