package io.adm4j.harness.cli.command;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.zoo.FetchFolder;
import io.adm4j.harness.zoo.Mirror;
import io.adm4j.harness.zoo.ReleasedFile;
import io.adm4j.harness.zoo.ReleasedModel;
import io.adm4j.harness.zoo.ReleasedModels;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Downloads released models and files. */
@Command(
        name = "fetch",
        description =
                "Downloads released models and files from their publisher; 'harness models' lists them. Files that were"
                        + " fetched before are checked against their recorded checksums, and those whose checksum is published"
                        + " against that. An interrupted download resumes"
                        + " where it stopped when the same command is given again.",
        footer = {
            "",
            "Files go to $ADM4J_HOME/released, or ~/.cache/adm4j/released where that variable is not set. A file can also"
                    + " be put there by hand, under its published name.",
            "Behind a proxy: JAVA_OPTS='-Dhttps.proxyHost=HOST -Dhttps.proxyPort=PORT'."
        })
public final class FetchCommand implements Runnable {
    /** A network of a model. */
    enum Part {
        DENOISER,
        CLASSIFIER
    }

    @Parameters(
            paramLabel = "NAME",
            arity = "1..*",
            description = "Models (imagenet256), feature networks (inception of the published evaluator, dinov2-vitl14,"
                    + " clip-vit-l-14, vgg16), or a dataset's statistics (reference-imagenet256).")
    private List<String> names;

    @Option(
            names = "--only",
            paramLabel = "PART",
            description = "denoiser or classifier: fetch this one of a model's two files.")
    private Part only;

    @Option(names = "--dir", paramLabel = "FOLDER", description = "Folder for the files (default: see below).")
    private Path dir;

    @Option(
            names = "--mirror",
            paramLabel = "PLACE",
            description = "Take files from here instead: an http(s) or file: address, a folder, or one file.")
    private String mirror;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        ReleasedModels released = ReleasedModels.load();
        Set<ReleasedFile> files = new LinkedHashSet<>();
        names.forEach(name -> files.addAll(filesOf(name, released)));
        FetchFolder folder = FetchFolder.of(dir, ConsoleProgress.onStandardError());
        PrintWriter out = spec.commandLine().getOut();
        for (ReleasedFile file : files) {
            FetchFolder.Fetched fetched = folder.fetch(file, new Mirror(mirror), files.size() == 1);
            out.printf(
                    Locale.ROOT,
                    "%-8s  %s  (%,d bytes, sha256 %s)%n",
                    fetched.arrived() ? "fetched" : "checked",
                    fetched.file(),
                    fetched.record().bytes(),
                    fetched.record().sha256());
            out.flush();
        }
        if (only == null) {
            ReleasedModelCommands commands = new ReleasedModelCommands(released, dir);
            names.stream().flatMap(name -> commands.next(name).stream()).forEach(c -> out.println("Next: " + c));
        }
        out.flush();
    }

    private List<ReleasedFile> filesOf(String name, ReleasedModels released) {
        List<ReleasedFile> files = released.filesOf(name);
        if (only == null) {
            return files;
        }
        ReleasedModel model = released.model(name);
        return switch (only) {
            case DENOISER -> List.of(released.file(model.denoiser()));
            case CLASSIFIER ->
                List.of(released.file(model.classifier()
                        .orElseThrow(() -> new UserError("No classifier was released for " + name + "."))));
        };
    }
}
