package io.adm4j.harness.cli.command;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.bench.serve.FunctionSpec;
import io.adm4j.harness.bench.serve.ServeBenchSettings;
import io.adm4j.harness.bench.serve.ServeBenchmark;
import io.adm4j.harness.bench.serve.WrongImageException;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.console.ExitCode;
import io.adm4j.harness.cli.option.LogsOption;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.TimesOption;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures functions that serve over HTTP. */
@Command(
        name = "serve",
        description = "Measures functions over HTTP, in turns: images per second with several clients, and how long a"
                + " small request waits beside a large one. Each image is compared with the one that the same seed gave"
                + " alone.",
        exitCodeList = {
            ExitCode.OK + ":Success.",
            ExitCode.FAILED + ":A function answered with a wrong image.",
            ExitCode.BAD_INPUT + ":Wrong use, or input that cannot be used; the message says what to change.",
            ExitCode.INTERNAL_ERROR + ":An internal error, with a trace."
        })
final class BenchServeCommand implements Callable<Integer> {
    @ArgGroup(validate = false, heading = "%nFunctions:%n")
    private Functions functions = new Functions();

    @ArgGroup(validate = false, heading = Section.MEASUREMENT)
    private Measurement measurement = new Measurement();

    @Mixin
    private LogsOption logs;

    @Mixin
    private TimesOption times;

    @Spec
    private CommandSpec spec;

    /** Which functions. */
    private static final class Functions {
        @Option(
                names = "--function",
                paramLabel = "[NAME=]JAR",
                description =
                        "A quarkus-run.jar to start; options of its JVM may follow in the same argument, as in \"old=a.jar"
                                + " -Dadm4j.threads=1\". Once for each function; rates are compared with the first"
                                + " (default: the function of this build).")
        private List<String> jars = List.of();

        @Option(
                names = "--url",
                paramLabel = "[NAME=]URL",
                description = "A function that runs already. Once for each; they follow those of --function.")
        private List<String> urls = List.of();

        @Option(
                names = "--bundle",
                paramLabel = "FOLDER",
                description = "Model bundle for the functions that are started (default: the embedded one).")
        private Path bundle;

        private List<FunctionSpec> specs() {
            List<FunctionSpec> specs = new ArrayList<>();
            jars.forEach(jar -> specs.add(FunctionSpec.ofJar(jar, specs.size() + 1)));
            urls.forEach(url -> specs.add(FunctionSpec.ofUrl(url, specs.size() + 1)));
            if (specs.isEmpty()) {
                specs.add(FunctionSpec.ofJar(QuickstartCommand.builtFunction().toString(), 1));
            }
            if (new HashSet<>(specs.stream().map(FunctionSpec::name).toList()).size() < specs.size()) {
                throw new UserError("Two functions have the same name: give each another, as in --function NAME=JAR.");
            }
            return specs;
        }
    }

    /** What is asked of them. */
    private static final class Measurement {
        @Option(
                names = "--clients",
                paramLabel = "N",
                converter = Range.AtLeastOne.class,
                defaultValue = "8",
                description = "Clients at the same time (default ${DEFAULT-VALUE}).")
        private int clients;

        @Option(
                names = "--images",
                paramLabel = "N",
                converter = Range.AtLeastOne.class,
                defaultValue = "96",
                description = "Images of all clients together, in one round (default ${DEFAULT-VALUE}).")
        private int images;

        @Option(
                names = "--rounds",
                paramLabel = "N",
                converter = Range.AtLeastOne.class,
                defaultValue = "3",
                description = "Rounds of each function (default ${DEFAULT-VALUE}).")
        private int rounds;

        @Option(
                names = "--steps",
                paramLabel = "N",
                converter = Range.AtLeastOne.class,
                defaultValue = "25",
                description = "Steps of each image (default ${DEFAULT-VALUE}).")
        private int steps;

        @Option(
                names = "--repeats",
                paramLabel = "N",
                converter = Range.AtLeastOne.class,
                defaultValue = "10",
                description = "Small requests alone, and as many beside the large one (default ${DEFAULT-VALUE}).")
        private int repeats;

        @Option(
                names = "--small-steps",
                paramLabel = "N",
                converter = Range.AtLeastOne.class,
                defaultValue = "2",
                description = "Steps of a small request, which is for one image (default ${DEFAULT-VALUE}).")
        private int smallSteps;

        @Option(
                names = "--large-count",
                paramLabel = "N",
                converter = Range.AtLeastOne.class,
                defaultValue = "100",
                description = "Images of the large request (default ${DEFAULT-VALUE}).")
        private int largeCount;

        @Option(
                names = "--large-steps",
                paramLabel = "N",
                converter = Range.AtLeastOne.class,
                defaultValue = "250",
                description = "Steps of the large request (default ${DEFAULT-VALUE}).")
        private int largeSteps;

        @Option(
                names = "--patience",
                paramLabel = "SECONDS",
                converter = Range.AtLeastOne.class,
                defaultValue = "60",
                description =
                        "How long an answer may take; a small request beside the large one that takes longer counts"
                                + " as this long, and is the last (default ${DEFAULT-VALUE}).")
        private int patience;

        @Option(
                names = "--tolerance",
                paramLabel = "LEVELS",
                converter = Range.AtLeastZero.class,
                defaultValue = "0",
                description = "Levels of 255 by which a pixel may differ from the image that the same seed gave alone"
                        + " (default ${DEFAULT-VALUE}).")
        private int tolerance;

        private ServeBenchSettings settings() {
            return new ServeBenchSettings(
                    clients,
                    images,
                    rounds,
                    steps,
                    repeats,
                    smallSteps,
                    largeCount,
                    largeSteps,
                    Duration.ofSeconds(patience));
        }
    }

    @Override
    public Integer call() {
        times.check();
        List<FunctionSpec> specs = functions.specs();
        Path bundle = functions.bundle == null ? EmbeddedBundle.folder() : functions.bundle;
        try {
            logs.use(spec.commandLine().getErr(), folder -> {
                ServeBenchmark benchmark = ServeBenchmark.run(
                        measurement.settings(),
                        specs,
                        measurement.tolerance,
                        bundle,
                        folder,
                        ConsoleProgress.onStandardError());
                PrintWriter console = spec.commandLine().getOut();
                console.print(benchmark.table());
                console.flush();
                times.write(benchmark.json());
                return true;
            });
            return ExitCode.OK;
        } catch (WrongImageException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return ExitCode.FAILED;
        }
    }
}
