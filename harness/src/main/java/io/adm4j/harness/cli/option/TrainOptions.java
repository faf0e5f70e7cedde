package io.adm4j.harness.cli.option;

import io.adm4j.harness.data.LabelConvention;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What all training commands take, besides their networks' flags. */
public final class TrainOptions {
    @Option(
            names = "--data",
            paramLabel = "PATH",
            description =
                    "Images: an npz (arr_0 NHWC uint8, arr_1 labels), an npy, a folder, zip or tar with one sub-folder per"
                            + " class, with label_name.ext files or with labels in dataset.json (in tars in .cls or .json files), several"
                            + " tars as a pattern, Parquet files, a CSV file of paths and labels, or a folder of MNIST-style IDX files.")
    public Path data;

    @Option(
            names = "--labels",
            paramLabel = "KIND",
            defaultValue = "auto",
            description =
                    "Where the classes of image files come from: prefix (the name up to its first _, in whatever folder, in the"
                            + " order of the prefixes, as published), folder (the first sub-folder) or auto (dataset.json, else folders,"
                            + " else prefixes if all have one that some share and not all) or none (default ${DEFAULT-VALUE}).")
    public LabelConvention labels;

    @ArgGroup(validate = false, heading = Section.IMAGES)
    public ImageOptions images = new ImageOptions();

    @Option(names = "--out", paramLabel = "FOLDER", description = "Folder of a new training run.")
    public Path out;

    @Option(
            names = "--resume",
            paramLabel = "FOLDER",
            description =
                    "Resume this run; only --steps, --data, --strict, --device, --threads, --hours and the options of checkpoints"
                            + " may change, and what --override changes.")
    public Path resume;

    @Option(
            names = "--override",
            paramLabel = "NAME=VALUE",
            description =
                    "Change a setting of the run that is resumed, from its last checkpoint on: lr, batch_size, microbatch,"
                            + " weight_decay, lr_warmup_steps, lr_anneal_steps, ema_rate, seed, flip; of denoisers and upsamplers"
                            + " dropout and schedule_sampler, of classifiers random_crop. May be given several times; run.json records"
                            + " it.")
    public Map<String, String> overrides = new LinkedHashMap<>();

    @Option(
            names = "--init-from",
            paramLabel = "SOURCE",
            description = "Start a new run from these weights: a bundle, another run (its newest checkpoint) or"
                    + " one of its checkpoint folders, or a file in"
                    + " PyTorch's or safetensors format. What does not fit, as with another number of classes, starts"
                    + " fresh. The flags of a bundle or run are the defaults of the network's options.")
    public Path initFrom;

    @Option(
            names = "--entry",
            paramLabel = "NAME",
            description =
                    "Which state dict of a file in --init-from that holds several, such as model or ema (default: the only"
                            + " one, else the moving average, named ema or alike).")
    public String entry;

    @Option(
            names = "--init-ema-rate",
            paramLabel = "RATE",
            converter = Range.Fraction.class,
            description =
                    "Moving average of the run in --init-from to start from; 0 for its weights themselves (default:"
                            + " its largest rate).")
    public Double initEmaRate;

    @Option(
            names = "--steps",
            paramLabel = "N",
            converter = Range.LongAtLeastOne.class,
            description =
                    "Optimizer steps, those already done included (default: --iterations, by itself or of the preset;"
                            + " of a resumed run what it was started with).")
    public Long steps;

    @ArgGroup(validate = false, heading = Section.PRESETS)
    public PresetOptions presets = new PresetOptions();

    @ArgGroup(validate = false, heading = Section.CHECKPOINTS)
    public CheckpointOptions checkpoints = new CheckpointOptions();

    @ArgGroup(validate = false, heading = Section.OPTIMIZATION)
    @SuppressWarnings("unused") // The parsed options are read from the specification.
    private OptimizationOptions optimization = new OptimizationOptions();

    @ArgGroup(validate = false, heading = Section.DEVICE, order = Section.LAST)
    public EngineOptions runtime = new EngineOptions();
}
