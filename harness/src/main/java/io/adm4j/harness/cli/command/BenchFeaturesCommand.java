package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bench.FeatureExtraction;
import io.adm4j.harness.bench.Timing;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.TimesOption;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.data.Split;
import io.adm4j.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures feature extraction on this machine. */
@Command(name = "features", description = "Measures the time in which a feature network processes one batch of images.")
final class BenchFeaturesCommand implements Runnable {
    @Option(names = "--features", required = true, paramLabel = "FILE.onnx", description = "The feature network.")
    private Path network;

    @Option(
            names = {"--data", "--pictures"},
            required = true,
            paramLabel = "PATH",
            description = "Images, of which the first are the batch: an npz with arr_0, or a folder.")
    private Path images;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "64",
            description = "Images per run (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            converter = Range.AtLeastZero.class,
            defaultValue = "1",
            description = "Runs before the timed ones (default ${DEFAULT-VALUE}).")
    private int warmUps;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "3",
            description = "Timed runs (default ${DEFAULT-VALUE}).")
    private int repeats;

    @Mixin
    private TimesOption times;

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private DeviceOptions runtime = new DeviceOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        times.check(network, images);
        Timing timing;
        try (FeatureExtraction extraction =
                        new FeatureExtraction(network, this::batch, runtime.device, runtime.threads);
                Progress progress = ConsoleProgress.onStandardError().start("Measuring", warmUps + repeats, "runs")) {
            timing = Timing.of(extraction, batchSize, warmUps, repeats, () -> progress.step(1));
        }
        PrintWriter console = spec.commandLine().getOut();
        console.printf(
                Locale.ROOT,
                "%s: min %.3f s, median %.3f s, %.2f images/s%n",
                Count.of(batchSize, "image"),
                timing.min(),
                timing.median(),
                batchSize / timing.min());
        console.flush();
        times.write(json(timing));
    }

    private Tensor batch(int channels) {
        try (ImageStream stream = ImageStream.open(
                images, new DatasetOptions(DatasetOptions.AS_STORED, Split.TEST).withChannels(channels))) {
            if (stream.size() < batchSize) {
                throw new UserError(images + " has " + Count.of(stream.size(), "image") + ", fewer than --batch-size "
                        + batchSize + ".");
            }
            return stream.next(batchSize);
        }
    }

    private ObjectNode json(Timing timing) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("tool", "adm4j")
                .put("device", runtime.device.name().toLowerCase(Locale.ROOT))
                .put("threads", runtime.threads)
                .put("batch_size", batchSize)
                .put("pictures", images.toString());
        Arrays.stream(timing.seconds()).forEach(json.putArray("seconds")::add);
        return json;
    }
}
