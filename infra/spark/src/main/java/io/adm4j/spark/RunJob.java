package io.adm4j.spark;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.option.Range;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a command of the harness on a cluster, each task a part of it: likelihood, encoding and restoration of many images. */
@Command(
        name = "run",
        description =
                "Runs 'nll', 'encode' or 'restore' on a cluster, with the options of that command: each task computes a part, and"
                        + " the driver joins them. The file in --out is that of one machine. The same command again goes on with the"
                        + " parts that are missing.")
public final class RunJob implements Runnable {
    @Option(
            names = "--parts",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            description = "Parts, one a task; what a lost executor costs is the part that it was at (default: "
                    + JobContext.PARTS_PER_CORE + " for each core of the cluster).")
    private @Nullable Integer parts;

    @Parameters(
            paramLabel = "COMMAND",
            arity = "1..*",
            description =
                    "Command with its options, such as nll --data images.npz --out terms.npz. Inputs are paths of this machine,"
                            + " which are sent to the executors, local:PATH or addresses; --out is a file on a path that all"
                            + " machines share, or an address.")
    private List<String> command = List.of();

    private @Nullable CommandSpec spec;

    /** Run by {@code spark-submit --class}. */
    public static void main(String[] args) {
        JobRunner.main(new RunJob(), args);
    }

    /** What follows the command's name are its own options. */
    @Spec
    void use(CommandSpec own) {
        spec = own;
        own.parser().stopAtPositional(true);
    }

    @Override
    public void run() {
        PartialCommand partial = PartialCommand.of(command);
        long begin = System.nanoTime();
        try (JobContext context = JobContext.open("run " + partial.name())) {
            context.requireDevice(partial.device());
            int all = parts != null ? parts : context.usualParts();
            RemoteFolder target = context.folder(partial.outFolder());
            PartWork work = PartWork.of(partial, context, all, target.folder(partial.outName() + ".parts"));
            List<Integer> missing = work.missing();
            context.run("Computing", missing.size(), "parts", missing, work::compute);
            String said = work.join(target, partial.outName());
            var console = commandSpec().commandLine().getOut();
            console.print(said);
            console.printf(
                    Locale.ROOT,
                    "%s in %.1f s%s%n",
                    Count.of(all, "part"),
                    (System.nanoTime() - begin) / 1e9,
                    missing.size() < all ? " (" + (all - missing.size()) + " of them from before)" : "");
            console.flush();
        }
    }

    private CommandSpec commandSpec() {
        if (spec == null) {
            throw new UserError("The job was not started by its command line.");
        }
        return spec;
    }
}
