package io.adm4j.spark;

import io.adm4j.harness.cli.option.EngineOptions;
import io.adm4j.harness.cli.option.ImageOptions;
import io.adm4j.harness.cli.option.OptimizationOptions;
import io.adm4j.harness.cli.option.PresetOptions;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.data.LabelConvention;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What all training jobs take, besides their networks' flags. */
final class ClusterTrainingOptions {
    @Option(
            names = "--data",
            paramLabel = "LOCATION",
            required = true,
            description =
                    "Images in any form that 'harness train' takes: a file or folder of this machine, which is sent to the"
                            + " executors, local:PATH, which each executor has, or an address such as s3a: or hdfs:.")
    String data;

    @Option(
            names = "--labels",
            paramLabel = "KIND",
            defaultValue = "auto",
            description =
                    "Where the classes of image files come from: prefix, folder, auto or none (default ${DEFAULT-VALUE}).")
    LabelConvention labels;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            required = true,
            description =
                    "Folder of the run: a path that all machines share, or an address such as s3a: or hdfs:. The same command"
                            + " again goes on at the last whole round.")
    String out;

    @Option(
            names = "--init-from",
            paramLabel = "SOURCE",
            description =
                    "Start from these weights: a bundle, a run or a file, as for 'harness train', of this machine.")
    @Nullable
    Path initFrom;

    @Option(
            names = "--entry",
            paramLabel = "NAME",
            description = "Which state dict of a file in --init-from that holds several (default: the moving average).")
    @Nullable
    String entry;

    @Option(
            names = "--init-ema-rate",
            paramLabel = "RATE",
            converter = Range.Fraction.class,
            description = "Moving average of the run in --init-from; 0 for its weights (default: its largest rate).")
    @Nullable
    Double initEmaRate;

    @Option(
            names = "--steps",
            paramLabel = "N",
            converter = Range.LongAtLeastOne.class,
            description = "Steps of each worker (default: --rounds times --inner-steps, else --iterations).")
    @Nullable
    Long steps;

    @Option(
            names = "--keep",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "2",
            description = "Keep the checkpoints and workers' states of the N newest rounds (default ${DEFAULT-VALUE}).")
    int keep;

    @ArgGroup(validate = false, heading = "%nRounds:%n")
    RoundOptions rounds = new RoundOptions();

    @ArgGroup(validate = false, heading = Section.IMAGES)
    ImageOptions images = new ImageOptions();

    @ArgGroup(validate = false, heading = Section.PRESETS)
    PresetOptions presets = new PresetOptions();

    @ArgGroup(validate = false, heading = Section.OPTIMIZATION)
    @SuppressWarnings("unused") // The parsed options are read from the specification.
    private OptimizationOptions optimization = new OptimizationOptions();

    @ArgGroup(validate = false, heading = Section.DEVICE, order = Section.LAST)
    EngineOptions runtime = new EngineOptions();
}
