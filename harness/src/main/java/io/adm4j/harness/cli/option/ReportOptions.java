package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.run.ReportDetail;
import io.adm4j.harness.report.ReportWriter;
import io.adm4j.io.OutputPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where an evaluation's report goes, and what it keeps until then. */
public final class ReportOptions {
    @Option(
            names = "--out",
            paramLabel = "PATH",
            description =
                    "Write the report: a folder for JSON, HTML, Markdown and JUnit XML, or a file that ends in .json.")
    private Path out;

    @Option(names = "--force", description = "Replace files in --out that are not of an earlier report.")
    private boolean force;

    @Option(
            names = "--work",
            paramLabel = "FOLDER",
            description =
                    "Keeps finished samples and features until the report is written (default: work in the report's"
                            + " folder, else eval.work here; for stored samples without --out nothing is kept).")
    private Path work;

    /**
     * Refuses a report that cannot be written, or that would replace an input.
     *
     * @param part whether the folder takes the features of a part instead of a report
     * @param inputs files that the command reads; null ones are skipped
     * @throws UserError if a file is where the folder would be or the other way round, or permission is missing
     */
    public void check(boolean part, Path... inputs) {
        if (work != null) {
            new OutputPath("--work", work).requireFolder();
        }
        if (part) {
            checkPart();
            return;
        }
        if (out == null) {
            return;
        }
        OutputPath output = new OutputPath("--out", out);
        if (ReportWriter.isJson(out)) {
            output.requireFile();
            output.requireOtherThan(inputs);
        } else if (Files.isRegularFile(out)) {
            throw new UserError("--out " + out + " is a file; name a folder, or a file that ends in .json.");
        } else {
            output.requireFolder();
        }
        if (!force && !ReportWriter.isReport(out)) {
            for (Path file : ReportWriter.files(out)) {
                new OutputPath("--out", file).requireOwn(other -> false, "an earlier report");
            }
        }
    }

    private void checkPart() {
        if (out == null) {
            throw new UserError("--part writes the features of its part to a folder: name it with --out.");
        }
        new OutputPath("--out", out).requireFolder();
    }

    /**
     * Refuses a report that would replace an earlier one.
     *
     * @throws UserError if it would
     */
    public void requireOtherThan(Path earlier) {
        if (out != null) {
            new OutputPath("--out", ReportWriter.jsonFile(out)).requireOtherThan(earlier);
        }
    }

    /** The file or folder, if there is a report. */
    public Optional<Path> out() {
        return Optional.ofNullable(out);
    }

    /** What the report says beside scores. */
    public ReportDetail detail() {
        return out == null
                ? ReportDetail.SCORES
                : ReportWriter.isJson(out) ? ReportDetail.SAMPLES : ReportDetail.IMAGES;
    }

    /** Whether a folder for unfinished work is asked for, by itself or with a report. */
    public boolean keepsWork() {
        return work != null || out != null;
    }

    /**
     * The folder for unfinished work.
     *
     * @param part name of the one for the features of a part, if only these are computed
     */
    public Path workFolder(Optional<String> part) {
        if (work != null) {
            return work;
        }
        if (part.isPresent()) {
            return out.resolve(part.get());
        }
        if (out == null) {
            return Path.of("eval.work");
        }
        return ReportWriter.isJson(out) ? out.resolveSibling(out.getFileName() + ".work") : out.resolve("work");
    }
}
