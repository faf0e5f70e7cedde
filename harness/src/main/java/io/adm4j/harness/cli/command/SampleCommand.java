package io.adm4j.harness.cli.command;

import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.ImageOptions;
import io.adm4j.harness.cli.option.PartOption;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.SampleOutputOptions;
import io.adm4j.harness.cli.option.SamplerOptions;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.UpsamplerOptions;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.sampling.ImageFiles;
import io.adm4j.harness.sampling.InitialNoise;
import io.adm4j.harness.sampling.LabelAssignment;
import io.adm4j.harness.sampling.ModelSamples;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.harness.sampling.SamplingRun;
import io.adm4j.harness.sampling.StoredSamples;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.Upsampler;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Samples images from a bundle, and upsamples them with another. */
@Command(
        name = "sample",
        description = "Samples images. The i-th image (from 0) of a run with seed s has seed s+i and depends on that"
                + " seed, its label, the bundles and the settings alone, whatever the batch size. An interrupted run resumes"
                + " where it stopped when the same command is given again.")
public final class SampleCommand implements Runnable {
    /** What makes base images, so of no use where they come from a file. */
    private static final List<String> SAMPLING_OPTIONS = List.of(
            "--labels",
            "--sampler",
            "--steps",
            "--eta",
            "--classifier-scale",
            "--guidance-interval",
            "--guidance-rescale",
            "--noise",
            "--base-out");

    @Option(names = "--bundle", paramLabel = "FOLDER", description = "Model bundle (default: the embedded one).")
    private Path bundle;

    @Option(
            names = "--labels",
            paramLabel = "LABELS",
            defaultValue = "all",
            description =
                    "all (each class in turn), balanced (all equally often, in random order), random, or labels and"
                            + " class names separated by commas, taken in turn (default ${DEFAULT-VALUE}). Models without classes"
                            + " have none.")
    private String labels;

    @Option(
            names = {"--samples", "--num-samples"},
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            description = "Images (default: one for each label named).")
    private Integer samples;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the first image (default ${DEFAULT-VALUE}).")
    private long seed;

    @ArgGroup(validate = false, heading = Section.SAMPLING)
    private SamplerOptions sampling = new SamplerOptions();

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "16",
            description = "Images sampled at once (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Mixin
    private PartOption part;

    @Option(
            names = "--noise",
            paramLabel = "FILE",
            description =
                    "Initial noise: npy, or npz with an array 'noise' or 'arr_0'; float32 [N, C, H, W]. Its labels, in"
                            + " 'arr_1', hold unless --labels is given; 'encode' writes such a file.")
    private Path noise;

    @Option(
            names = "--base-samples",
            paramLabel = "PATH",
            description =
                    "Upsample these images with --upsampler instead of sampling base images: an npz (arr_0 NHWC uint8, arr_1"
                            + " labels), npy, folder or zip of image files, or an image file. --bundle is not used then.")
    private Path baseSamples;

    @ArgGroup(validate = false, heading = Section.IMAGES)
    private ImageOptions images = new ImageOptions();

    @ArgGroup(validate = false, heading = Section.UPSAMPLING)
    private UpsamplerOptions upsampling = new UpsamplerOptions();

    @ArgGroup(validate = false, heading = Section.OUTPUT)
    private SampleOutputOptions outputs = new SampleOutputOptions();

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private DeviceOptions runtime = new DeviceOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        outputs.check(noise, baseSamples);
        outputs.check(part);
        upsampling.check(spec.commandLine().getParseResult());
        if (outputs.baseOut != null && !upsampling.given()) {
            throw new UserError("--base-out is for images that are upsampled: give --upsampler too, or --out instead.");
        }
        long begin = System.nanoTime();
        SamplingRun run = baseSamples == null ? generated() : upsampledStored();
        String done = String.format(
                Locale.ROOT,
                "%s in %.1f s%s",
                Count.of(run.count(), "image"),
                (System.nanoTime() - begin) / 1e9,
                run.resumed() > 0 ? " (" + run.resumed() + " of them from before)" : "");
        PrintWriter console = spec.commandLine().getOut();
        if (part.share().isPresent()) {
            part.print(done, outputs.partsFolder().orElseThrow(), console);
        } else {
            console.println(done);
            console.flush();
        }
    }

    private SamplingRun write(SampleSource source, int round, ImageFiles names) {
        return part.share()
                .map(share -> outputs.writePart(source, batchSize, share, names))
                .orElseGet(() -> outputs.write(source, batchSize, round, names));
    }

    private SamplingRun generated() {
        ModelBundle model = ModelBundle.load(bundle == null ? EmbeddedBundle.folder() : bundle);
        Manifest manifest = model.manifest();
        if (manifest.smallSize().isPresent()) {
            int small = manifest.smallSize().getAsInt();
            throw new UserError("The bundle " + model.folder() + " is an upsampler, which takes images of "
                    + small
                    + "x" + small + ": name it with --upsampler, and give a model of that size in --bundle or images in"
                    + " --base-samples.");
        }
        SamplingSettings settings = sampling.settings(SamplingDefaults.of(manifest), upsampling);
        InitialNoise start = InitialNoise.of(noise, manifest.channels(), manifest.imageSize());
        LabelAssignment choice = LabelAssignment.of(labels(start, manifest), manifest, settings.classifierScale() != 0);
        int count = samples != null ? samples : noise != null ? start.count() : choice.round();
        ImageFiles names = new ImageFiles(seed, manifest.classNames());
        try (SamplingPipeline pipeline = SamplingPipeline.open(model, runtime.device, runtime.threads)) {
            SampleSource base = new ModelSamples(pipeline, choice, settings, seed, count, start);
            if (!upsampling.given()) {
                return write(base, choice.round(), names);
            }
            try (Upsampler upsampler = upsampling.open(runtime)) {
                upsampler.requireClasses(manifest);
                return write(upsampled(base, upsampler), choice.round(), names);
            }
        }
    }

    /** As given, else those that belong to the initial noise. */
    private String labels(InitialNoise start, Manifest manifest) {
        boolean given = spec.commandLine().getParseResult().hasMatchedOption("--labels");
        return given || !manifest.classConditional()
                ? labels
                : start.labels()
                        .map(own -> IntStream.of(own).mapToObj(String::valueOf).collect(Collectors.joining(",")))
                        .orElse(labels);
    }

    private SamplingRun upsampledStored() {
        if (!upsampling.given()) {
            throw new UserError("--base-samples are images to upsample: name an upsampler's bundle with --upsampler.");
        }
        SAMPLING_OPTIONS.stream()
                .filter(name -> spec.commandLine().getParseResult().hasMatchedOption(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new UserError("--base-samples are taken as they are: leave out " + name + ".");
                });
        try (Upsampler upsampler = upsampling.open(runtime);
                StoredSamples stored = StoredSamples.open(
                        baseSamples,
                        images.of(DatasetOptions.AS_STORED, Split.TEST)
                                .withChannels(upsampler.manifest().channels()),
                        samples,
                        spec.commandLine().getErr()::println)) {
            ImageFiles names = new ImageFiles(seed, upsampler.manifest().classNames());
            return write(upsampled(stored, upsampler), 1, names);
        }
    }

    private SampleSource upsampled(SampleSource base, Upsampler upsampler) {
        return upsampling.upsampled(base, upsampler, seed, sampling);
    }
}
