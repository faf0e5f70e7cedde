package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.console.StopNotice;
import io.adm4j.harness.cli.option.BaseBundleOption;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.EncodingOptions;
import io.adm4j.harness.cli.option.ImageCount;
import io.adm4j.harness.cli.option.ImageOptions;
import io.adm4j.harness.cli.option.PartOption;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.sampling.BatchRun;
import io.adm4j.harness.sampling.EncodingRun;
import io.adm4j.harness.sampling.ImageEncoder;
import io.adm4j.harness.sampling.ImageLabels;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.Share;
import io.adm4j.io.Npz;
import io.adm4j.io.OutputPath;
import io.adm4j.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code harness encode}: the noise that leads to given images. */
@Command(
        name = "encode",
        description =
                "Encodes images into the noise that leads to them, by deterministic DDIM run backwards. 'sample --noise'"
                        + " with the same steps samples them back. An interrupted run resumes where it stopped when the same"
                        + " command is given again.")
public final class EncodeCommand implements Runnable {
    private static final int BYTES_OF_FLOAT = 4;

    @Mixin
    private BaseBundleOption bundle;

    @Option(
            names = "--pictures",
            paramLabel = "PATH",
            required = true,
            description =
                    "Images of any source that training reads: a folder or zip of image files, an image file, an npz, an"
                            + " npy or IDX files. Those of another size are resized and cropped as for training.")
    private Path pictures;

    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description =
                    "Class by name or number: one for all images, or one for each separated by commas (default: the"
                            + " images' own, by the names of their classes). Only for class-conditional denoisers.")
    private String label;

    @Option(
            names = "--samples",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            description = "The first N images (default: all).")
    private Integer samples;

    @Option(
            names = "--split",
            paramLabel = "PART",
            defaultValue = "TEST",
            description = "Part of IDX files: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private Split split;

    @Option(
            names = "--out",
            paramLabel = "FILE.npz",
            required = true,
            description = "The noise: 'noise', float32 [N, C, H, W], and 'arr_1', labels if the denoiser takes them.")
    private Path out;

    @Option(
            names = "--round-trip",
            description =
                    "Also sample the images back, and print the mean absolute error in gray levels; takes twice as long.")
    private boolean roundTrip;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "16",
            description = "Images encoded at once (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Mixin
    private PartOption part;

    @ArgGroup(validate = false, heading = Section.SAMPLING)
    private EncodingOptions encoding = new EncodingOptions();

    @ArgGroup(validate = false, heading = Section.IMAGES)
    private ImageOptions images = new ImageOptions();

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private DeviceOptions runtime = new DeviceOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        OutputPath output = new OutputPath("--out", out);
        output.requireEnding(".npz", "an npz file");
        output.requireFile();
        output.requireOtherThan(pictures);
        ModelBundle model = bundle.load();
        Manifest manifest = model.manifest();
        Dataset dataset = Dataset.open(
                pictures,
                images.of(manifest.imageSize(), split).withChannels(manifest.channels()),
                spec.commandLine().getErr()::println);
        int count = count(dataset);
        // Finished batches and the file itself are on the disk together.
        output.requireRoom(2L * count * dataset.imageBytes() * BYTES_OF_FLOAT);
        Optional<long[]> labels = ImageLabels.ofDenoiser(manifest)
                .of(label, dataset, IntStream.range(0, count).toArray());
        try (OnnxDenoiser denoiser = OnnxDenoiser.open(model, runtime.device, runtime.threads);
                StopNotice notice =
                        StopNotice.of(spec.commandLine().getErr(), "Stopped; give the same command again to resume.")) {
            ImageEncoder encoder = encoding.encoder(denoiser, manifest);
            SampleShards kept =
                    SampleShards.open(SampleShards.folderBeside(out), settings(manifest, dataset, count, labels));
            BatchRun batches = new BatchRun(
                    count, batchSize, Optional.of(kept), part.share().orElse(Share.WHOLE));
            encode(new EncodingRun(encoder, dataset, batches, labels, roundTrip), kept);
        }
    }

    /** Everything that determines the noise of each batch. */
    private String settings(Manifest manifest, Dataset dataset, int count, Optional<long[]> labels) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("name", manifest.name())
                .put("data", dataset.checksum())
                .put("samples", count)
                .put("round_trip", roundTrip)
                .put("batch_size", batchSize);
        json.set("encoding", encoding.toJson());
        labels.ifPresent(values -> LongStream.of(values).forEach(json.putArray("labels")::add));
        manifest.checksums().forEach(json::put);
        return json.toPrettyString();
    }

    private int count(Dataset dataset) {
        int count = ImageCount.of(samples, dataset, pictures);
        int most = Integer.MAX_VALUE / (dataset.imageBytes() * BYTES_OF_FLOAT);
        if (count > most) {
            throw new UserError("The noise of " + count + " images is too large for one file: give --samples " + most
                    + " or fewer.");
        }
        return count;
    }

    private void encode(EncodingRun run, SampleShards kept) {
        PrintWriter console = spec.commandLine().getOut();
        if (part.share().isPresent()) {
            run.complete(ConsoleProgress.onStandardError());
            part.print(Count.of(run.batches().shared(), "image"), SampleShards.folderBeside(out), console);
            return;
        }
        EncodingRun.Encoded encoded = run.encode(ConsoleProgress.onStandardError());
        write(encoded.noise(), run.labels());
        kept.delete();
        console.println(
                "Written: " + out + " (the noise of " + Count.of(run.batches().count(), "image") + ", encoded in "
                        + Count.of(run.encoder().steps(), "step") + ")");
        if (roundTrip) {
            console.printf(
                    Locale.ROOT,
                    "Sampled back, the images differ by %.2f gray levels (mean absolute error)%n",
                    encoded.distance());
        }
        console.println("To sample them back: harness sample" + bundle.given() + " --noise " + out + " "
                + encoding.back() + " --grid back.png");
        console.flush();
    }

    private void write(Tensor noise, Optional<long[]> labels) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("noise", noise);
        labels.ifPresent(values -> arrays.put("arr_1", Tensor.of(values, values.length)));
        Npz.write(out, arrays);
    }
}
