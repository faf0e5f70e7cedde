package io.adm4j.harness.cli.command;

import io.adm4j.harness.bench.serve.FunctionSpec;
import io.adm4j.harness.bench.soak.Soak;
import io.adm4j.harness.bench.soak.SoakReport;
import io.adm4j.harness.bench.soak.SoakSettings;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.console.ExitCode;
import io.adm4j.harness.cli.option.LogsOption;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.TimesOption;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Puts a function under a long mix of requests. */
@Command(
        name = "soak",
        description = "Starts a function and sends it a mix of requests from many clients, of which some hang up, name"
                + " deadlines or continue with tokens; half-way it gets SIGTERM and is started again. Every answer must be"
                + " the image that the seed gave alone, or a refusal with a reason, and memory may not grow.",
        exitCodeList = {
            ExitCode.OK + ":Success.",
            ExitCode.FAILED + ":An answer was wrong, cut or missing, or memory grew.",
            ExitCode.BAD_INPUT + ":Wrong use, or input that cannot be used; the message says what to change.",
            ExitCode.INTERNAL_ERROR + ":An internal error, with a trace."
        })
final class BenchSoakCommand implements Callable<Integer> {
    @Option(
            names = "--function",
            paramLabel = "JAR",
            description =
                    "The quarkus-run.jar; options of its JVM may follow in the same argument (default: the function of"
                            + " this build).")
    private String function;

    @Option(names = "--bundle", paramLabel = "FOLDER", description = "Its model bundle (default: the embedded one).")
    private Path bundle;

    @Mixin
    private LogsOption logs;

    @Option(
            names = "--requests",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "2000",
            description = "Requests in all (default ${DEFAULT-VALUE}).")
    private int requests;

    @Option(
            names = "--clients",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "32",
            description = "Clients at the same time (default ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Decides all requests (default ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private TimesOption times;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        times.check();
        FunctionSpec jar = FunctionSpec.ofJar(
                function == null ? QuickstartCommand.builtFunction().toString() : function, 1);
        boolean sound = logs.use(spec.commandLine().getErr(), folder -> {
            SoakReport report = Soak.run(
                    new SoakSettings(
                            jar.jar().orElseThrow(),
                            jar.options(),
                            bundle == null ? EmbeddedBundle.folder() : bundle,
                            folder,
                            requests,
                            clients,
                            seed),
                    ConsoleProgress.onStandardError());
            PrintWriter console = spec.commandLine().getOut();
            console.print(report.text());
            console.flush();
            times.write(report.json());
            return report.sound();
        });
        return sound ? ExitCode.OK : ExitCode.FAILED;
    }
}
