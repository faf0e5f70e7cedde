package io.adm4j.function.start;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Starts the function. Problems are one sentence each on the standard error stream, not a stack trace. */
@QuarkusMain
public final class FunctionMain {
    private FunctionMain() {}

    /** @param args not used: settings are properties and environment variables */
    public static void main(String... args) {
        TemporaryFolder.problem(Path.of(System.getProperty("java.io.tmpdir"))).ifPresent(problem -> {
            System.err.println(problem);
            System.exit(1);
        });
        Quarkus.run(null, FunctionMain::exit, args);
    }

    private static void exit(int code, @Nullable Throwable failure) {
        if (failure != null) {
            StartProblem.of(failure).ifPresentOrElse(System.err::println, () -> {
                System.err.println("The function did not start because of an error in it:");
                failure.printStackTrace();
            });
        }
        System.exit(code);
    }
}
