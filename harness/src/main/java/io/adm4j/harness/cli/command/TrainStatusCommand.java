package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.cli.console.ExitCode;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.training.RunStatus;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says where a training run stands. */
@Command(
        name = "status",
        description =
                "Says where a training run stands, and how to resume and export it. The run may be training meanwhile.",
        exitCodeList = {
            ExitCode.OK + ":Success.",
            ExitCode.BAD_INPUT + ":Wrong use, or input that cannot be used; the message says what to change.",
            ExitCode.INTERNAL_ERROR + ":An internal error, with a trace."
        })
final class TrainStatusCommand implements Runnable {
    @Parameters(paramLabel = "FOLDER", description = "Folder of the run.")
    private Path folder;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        RunStatus status = RunStatus.of(folder);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(status).toPrettyString());
        } else {
            print(status, out);
        }
        out.flush();
    }

    private void print(RunStatus status, PrintWriter out) {
        String steps = status.steps().map(all -> " of " + all).orElse("");
        out.printf("Run:         train %s in %s%n", status.kind(), folder);
        out.printf("Now:         %s%n", status.training() ? "a process trains it" : "no process trains it");
        out.printf("Step:        %d%s%n", status.step(), steps);
        status.loss().ifPresent(loss -> out.printf(Locale.ROOT, "Loss:        %.4f over the last steps%n", loss));
        out.printf("Images seen: %d%n", status.images());
        out.printf(Locale.ROOT, "Time:        %.0f s%n", status.seconds());
        out.printf(
                "Checkpoints: %s%n",
                status.checkpoints().isEmpty()
                        ? "none"
                        : status.checkpoints().stream().map(String::valueOf).collect(Collectors.joining(", ")));
        status.best()
                .ifPresent(best -> out.printf(
                        Locale.ROOT,
                        "Best:        %d, %s %.4g%n",
                        best.step(),
                        Metric.ofKey(best.metric()).title(),
                        best.value()));
        out.printf("Resume:      %s%n", resume(status));
        if (!status.kind().equals("classifier")) {
            out.printf("Export:      %s%n", export(status));
        }
    }

    private String resume(RunStatus status) {
        return "harness train " + status.kind() + " --resume " + folder + " --steps "
                + status.steps().map(String::valueOf).orElse("N");
    }

    private String export(RunStatus status) {
        return "harness export --" + (status.kind().equals("diffusion") ? "denoiser" : status.kind()) + " " + folder
                + " --out BUNDLE";
    }

    private ObjectNode json(RunStatus status) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("kind", status.kind())
                .put("training", status.training())
                .put("step", status.step());
        status.steps().ifPresent(steps -> json.put("steps", steps));
        status.loss().ifPresent(loss -> json.put("loss", loss));
        json.put("images", status.images()).put("seconds", status.seconds());
        status.checkpoints().forEach(json.putArray("checkpoints")::add);
        status.best()
                .ifPresent(best -> json.putObject("best")
                        .put("step", best.step())
                        .put("metric", best.metric())
                        .put("value", best.value()));
        return json.put("resume", resume(status));
    }
}
