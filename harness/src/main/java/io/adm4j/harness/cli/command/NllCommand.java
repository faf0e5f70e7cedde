package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.diffusion.BitsPerDimension;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.console.StopNotice;
import io.adm4j.harness.cli.option.BaseBundleOption;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.ImageCount;
import io.adm4j.harness.cli.option.ImageOptions;
import io.adm4j.harness.cli.option.PartOption;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.likelihood.Likelihood;
import io.adm4j.harness.likelihood.LikelihoodRun;
import io.adm4j.harness.report.LikelihoodPlot;
import io.adm4j.harness.sampling.ImageLabels;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.Npz;
import io.adm4j.io.OutputPath;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code harness nll}: the likelihood of images. */
@Command(
        name = "nll",
        description =
                "Measures the likelihood of images: the variational bound on the negative log-likelihood, in bits per"
                        + " dimension, with its terms at each timestep. An interrupted run with --out resumes with the images that are"
                        + " done when the same command is given again.")
public final class NllCommand implements Runnable {
    private static final int SECTIONS = 10;
    private static final int POINTS = 16;
    private static final long BYTES_OF_TERM = 4;
    private static final int TERMS = 3;

    @Mixin
    private BaseBundleOption bundle;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description =
                    "Images of any source that training reads; those of another size are resized and cropped as for"
                            + " training.")
    private Path data;

    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description =
                    "Class of all images by name or number (default: the images' own, by the names of their classes)."
                            + " Only for class-conditional denoisers.")
    private String label;

    @Option(
            names = "--samples",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            description = "A random choice of N images (default: all).")
    private Integer samples;

    @Option(
            names = "--split",
            paramLabel = "PART",
            defaultValue = "TEST",
            description = "Part of IDX files: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private Split split;

    @Option(
            names = "--steps",
            paramLabel = "STEPS",
            description =
                    "Timesteps of the bound: a number, sections (90+60+60+20+20) or ddim25 (default: all). With fewer"
                            + " the bound is looser.")
    private String steps;

    @Option(
            names = "--clip-denoised",
            paramLabel = "BOOL",
            arity = "1",
            defaultValue = "true",
            description = "Clip predictions of x_0 to [-1, 1] (default ${DEFAULT-VALUE}).")
    private boolean clipDenoised;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Seed of the choice and of the noise, which differs for each image (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "16",
            description = "Images evaluated at once (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Mixin
    private PartOption part;

    @ArgGroup(validate = false, heading = Section.IMAGES)
    private ImageOptions images = new ImageOptions();

    @ArgGroup(validate = false, heading = Section.OUTPUT)
    private Outputs outputs = new Outputs();

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private DeviceOptions runtime = new DeviceOptions();

    @Spec
    private CommandSpec spec;

    /** Where the terms go. */
    private static final class Outputs {
        @Option(
                names = "--out",
                paramLabel = "FILE.npz",
                description =
                        "The terms of each image under the published names: total_bpd and prior_bpd [N]; vb, xstart_mse"
                                + " and mse [N, steps], the last timestep first; with timesteps, images (their numbers) and labels.")
        private Path out;

        @Option(
                names = "--plot",
                paramLabel = "FILE.svg",
                description = "The terms over timesteps, with 95%% intervals.")
        private Path plot;
    }

    @Override
    public void run() {
        checkOutputs();
        part.requireKept(outputs.out != null);
        ModelBundle model = bundle.load();
        Manifest manifest = model.manifest();
        StepChoice choice = steps == null ? StepChoice.ALL : StepChoice.parse(steps);
        GaussianDiffusion diffusion = new SamplingSettings(SamplerKind.DDPM, choice, 0, 0, clipDenoised)
                .samplerFor(manifest.diffusion())
                .diffusion();
        Dataset dataset = Dataset.open(
                data,
                images.of(manifest.imageSize(), split).withChannels(manifest.channels()),
                spec.commandLine().getErr()::println);
        int count = ImageCount.of(samples, dataset, data);
        requireRoom(count, diffusion.numTimesteps());
        int[] chosen = LikelihoodRun.choose(dataset.size(), count, seed);
        Optional<long[]> labels = ImageLabels.ofDenoiser(manifest).of(label, dataset, chosen);
        String again = outputs.out == null
                ? "Stopped; with --out an interrupted run can be resumed."
                : "Stopped; give the same command again to resume.";
        Likelihood result;
        try (OnnxDenoiser denoiser = OnnxDenoiser.open(model, runtime.device, runtime.threads);
                StopNotice notice = StopNotice.of(spec.commandLine().getErr(), again)) {
            Optional<SampleShards> kept = outputs.out == null
                    ? Optional.empty()
                    : Optional.of(SampleShards.open(
                            SampleShards.folderBeside(outputs.out), settings(manifest, choice, dataset, count)));
            BitsPerDimension bound = new BitsPerDimension(diffusion, clipDenoised);
            LikelihoodRun run = new LikelihoodRun(denoiser, bound, dataset, chosen, labels, seed);
            if (part.share().isPresent()) {
                int done = run.complete(
                        part.share().get(), batchSize, kept.orElseThrow(), ConsoleProgress.onStandardError());
                part.print(
                        Count.of(done, "image"),
                        SampleShards.folderBeside(outputs.out),
                        spec.commandLine().getOut());
                return;
            }
            result = run.evaluate(batchSize, kept, ConsoleProgress.onStandardError());
            if (outputs.plot != null) {
                plot(result);
            }
            if (kept.isPresent()) {
                Npz.write(outputs.out, result.arrays());
                kept.get().delete();
            }
        }
        print(result);
    }

    private void checkOutputs() {
        if (outputs.out != null) {
            OutputPath file = new OutputPath("--out", outputs.out);
            file.requireEnding(".npz", "an npz file");
            file.requireFile();
            file.requireOtherThan(data);
        }
        if (outputs.plot != null) {
            OutputPath file = new OutputPath("--plot", outputs.plot);
            file.requireEnding(".svg", "an SVG file");
            file.requireFile();
            file.requireOtherThan(data, outputs.out);
        }
    }

    private void requireRoom(int count, int timesteps) {
        long bytes = BYTES_OF_TERM * count * timesteps;
        if (bytes > Integer.MAX_VALUE) {
            throw new UserError("The terms of " + count + " images are too many for one file: give --samples "
                    + Integer.MAX_VALUE / (BYTES_OF_TERM * timesteps) + " or fewer.");
        }
        if (outputs.out != null) {
            // Finished batches and the file itself are on the disk together.
            new OutputPath("--out", outputs.out).requireRoom(2 * TERMS * bytes);
        }
    }

    /** Everything that determines the terms of each batch. */
    private String settings(Manifest manifest, StepChoice choice, Dataset dataset, int count) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("name", manifest.name())
                .put("data", dataset.checksum())
                .put("samples", count)
                .put("label", label)
                .put("seed", seed)
                .put("steps", choice.published())
                .put("clip_denoised", clipDenoised)
                .put("batch_size", batchSize);
        manifest.checksums().forEach(json::put);
        return json.toPrettyString();
    }

    private void print(Likelihood result) {
        PrintWriter console = spec.commandLine().getOut();
        int columns = result.timesteps().length;
        console.printf(
                "Bits per dimension  %s  (%s, %s)%n%n",
                shown(result.mean(Likelihood.TOTAL)), Count.of(result.count(), "image"), Count.of(columns, "timestep"));
        console.printf("%-12s  %-22s  %-22s  %s%n", "timesteps", "bits per dimension", "MSE of x_0", "MSE of noise");
        console.printf("%-12s  %s%n", "prior", shown(result.mean(Likelihood.PRIOR)));
        for (int[] group : groups(columns, SECTIONS)) {
            long first = result.timesteps()[group[0]];
            long last = result.timesteps()[group[1] - 1];
            console.printf(
                    "%-12s  %-22s  %-22s  %s%n",
                    first == last ? String.valueOf(first) : first + " to " + last,
                    shown(result.sum(Likelihood.VB, group[0], group[1])),
                    shown(result.average(Likelihood.X_START_MSE, group[0], group[1])),
                    shown(result.average(Likelihood.MSE, group[0], group[1])));
        }
        console.println();
        console.println(
                "Means over images, with standard errors; bits are summed over timesteps, errors averaged. The noise"
                        + " of an image follows from its number and --seed.");
        if (outputs.out != null) {
            console.println("Written: " + outputs.out + " (the terms of each image and timestep)");
        }
        if (outputs.plot != null) {
            console.println("Written: " + outputs.plot);
        }
        console.flush();
    }

    private static String shown(Likelihood.Estimate estimate) {
        return Double.isNaN(estimate.error())
                ? String.format(Locale.ROOT, "%.4g", estimate.mean())
                : String.format(Locale.ROOT, "%.4g ± %.2g", estimate.mean(), estimate.error());
    }

    /** Columns in equal sections, the decoder's, which is the last, by itself: begin and end of each. */
    private static List<int[]> groups(int columns, int most) {
        List<int[]> groups = new ArrayList<>();
        int sections = Math.min(most, columns - 1);
        for (int i = 0; i < sections; i++) {
            groups.add(
                    new int[] {(int) ((long) i * (columns - 1) / sections), (int) ((i + 1L) * (columns - 1) / sections)
                    });
        }
        groups.add(new int[] {columns - 1, columns});
        return groups;
    }

    private void plot(Likelihood result) {
        String svg = LikelihoodPlot.svg(List.of(
                term(result, "bits per dimension of a timestep", Likelihood.VB),
                term(result, "mean squared error of x_0", Likelihood.X_START_MSE),
                term(result, "mean squared error of noise", Likelihood.MSE)));
        try {
            Files.createDirectories(outputs.plot.toAbsolutePath().getParent());
            AtomicFile.writeString(outputs.plot, svg);
        } catch (IOException e) {
            throw new UserError("Cannot write to " + outputs.plot + ": " + e.getMessage() + ".", e);
        }
    }

    private static LikelihoodPlot.Term term(Likelihood result, String title, String name) {
        long[] timesteps = result.timesteps();
        List<int[]> groups = groups(timesteps.length, POINTS);
        int points = groups.size();
        double[] places = new double[points];
        double[] means = new double[points];
        double[] errors = new double[points];
        for (int i = 0; i < points; i++) {
            int[] group = groups.get(points - 1 - i);
            Likelihood.Estimate estimate = result.average(name, group[0], group[1]);
            places[i] = Math.rint((timesteps[group[0]] + timesteps[group[1] - 1]) / 2.0);
            means[i] = estimate.mean();
            errors[i] = estimate.error();
        }
        return new LikelihoodPlot.Term(title, places, means, errors);
    }
}
