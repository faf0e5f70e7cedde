package io.adm4j.spark;

import io.adm4j.feedback.Count;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.SamplerOptions;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.UpsamplerOptions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Samples images on a cluster: the same images that one machine samples, batch by batch into one folder. */
@Command(
        name = "sample",
        description =
                "Samples images on a cluster. The i-th image (from 0) of a run with seed s has seed s+i and is the"
                        + " image that 'harness sample' makes, whatever the number of executors. The same command again goes on"
                        + " where a run ended.")
public final class SampleJob implements Runnable {
    @Option(
            names = "--bundle",
            paramLabel = "LOCATION",
            description =
                    "Model bundle: a folder of this machine, which is sent to the executors, local:FOLDER, which each"
                            + " executor has, or an address such as s3a: or hdfs: (default: the embedded one).")
    private @Nullable String bundle;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            required = true,
            description =
                    "Folder for the images, as npz files with the published arrays: a path that all machines share, or"
                            + " an address such as s3a: or hdfs:.")
    private String out;

    @Option(
            names = "--parquet",
            paramLabel = "FOLDER",
            description = "Write the images as Parquet too: columns seed, label, png. Replaced if it exists.")
    private @Nullable String parquet;

    @Option(
            names = "--labels",
            paramLabel = "LABELS",
            defaultValue = "all",
            description = "all (each class in turn), balanced, random, or labels and class names separated by commas"
                    + " (default ${DEFAULT-VALUE}).")
    String labels;

    @Option(
            names = {"--samples", "--num-samples"},
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            description = "Images (default: one for each label named).")
    @Nullable
    Integer samples;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the first image (default ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "16",
            description =
                    "Images sampled at once and kept together; what a lost executor costs (default ${DEFAULT-VALUE}).")
    int batchSize;

    @ArgGroup(validate = false, heading = Section.SAMPLING)
    SamplerOptions sampling = new SamplerOptions();

    @ArgGroup(validate = false, heading = Section.UPSAMPLING)
    UpsamplerOptions upsampling = new UpsamplerOptions();

    @ArgGroup(validate = false, heading = Section.DEVICE)
    DeviceOptions runtime = new DeviceOptions();

    @Spec
    private CommandSpec spec;

    /** Run by {@code spark-submit --class}. */
    public static void main(String[] args) {
        JobRunner.main(new SampleJob(), args);
    }

    /** The job of these arguments, which a driver has accepted. */
    static SampleJob parse(List<String> args) {
        SampleJob job = new SampleJob();
        JobRunner.parser(job).parseArgs(args.toArray(String[]::new));
        return job;
    }

    @Override
    public void run() {
        upsampling.check(spec.commandLine().getParseResult());
        long begin = System.nanoTime();
        try (JobContext context = JobContext.open("sample")) {
            context.requireDevice(runtime.device);
            SampleWork work = new SampleWork(
                    List.copyOf(spec.commandLine().getParseResult().originalArgs()),
                    JarBuild.here(),
                    SharedInput.of(bundle == null ? EmbeddedBundle.folder().toString() : bundle, context),
                    Optional.ofNullable(upsampling.bundle)
                            .map(path -> SharedInput.of(path.toString(), context))
                            .orElse(null));
            SamplePlan plan = context.ask(ignored -> work.plan());
            ShardFolder shards = ShardFolder.open(context.folder(out), plan.settings());
            List<Integer> missing = shards.missing(plan.count(), batchSize);
            context.run(
                    "Sampling",
                    (long) missing.size() * batchSize,
                    "images",
                    missing,
                    batches -> work.sample(batches, plan, shards));
            if (parquet != null) {
                ParquetImages.write(context, shards, ShardFolder.batches(plan.count(), batchSize), seed, parquet);
            }
            int before = plan.count() - Math.min(plan.count(), missing.size() * batchSize);
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%s in %s in %.1f s%s%n",
                            Count.of(plan.count(), "image"),
                            out,
                            (System.nanoTime() - begin) / 1e9,
                            before > 0 ? " (" + before + " of them from before)" : "");
            spec.commandLine().getOut().flush();
        }
    }
}
