package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.console.StopNotice;
import io.adm4j.harness.cli.option.BaseBundleOption;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.ImageCount;
import io.adm4j.harness.cli.option.ImageOptions;
import io.adm4j.harness.cli.option.PartOption;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.RestorationOptions;
import io.adm4j.harness.cli.option.RestorationOutputOptions;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.restoration.DamagedImages;
import io.adm4j.harness.restoration.ImageRestorer;
import io.adm4j.harness.restoration.InputImages;
import io.adm4j.harness.restoration.RestorationReport;
import io.adm4j.harness.restoration.RestorationRun;
import io.adm4j.harness.restoration.RestorationTask;
import io.adm4j.harness.sampling.ImageLabels;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.Share;
import io.adm4j.sampling.RestorationMethod;
import io.adm4j.sampling.RestorationSettings;
import io.adm4j.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands that restore images have in common. */
public final class RestoreRunner {
    @Mixin
    private BaseBundleOption bundle;

    @Option(
            names = "--input",
            paramLabel = "PATH",
            required = true,
            description =
                    "Damaged images: an image file, a folder or zip of them, an npz, an npy, or a folder of MNIST-style IDX"
                            + " files. Those of another size are brought to the model's as for training, with a note.")
    private Path input;

    @Option(
            names = "--degrade",
            description =
                    "The images are not damaged yet: damage them first, and compare the results with them (PSNR, SSIM).")
    private boolean degrade;

    @Option(
            names = "--samples",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            description = "Images to take from --input, from the first (default: all).")
    private Integer samples;

    @Mixin
    private PartOption part;

    @ArgGroup(validate = false, heading = Section.RESTORATION)
    private RestorationOptions options = new RestorationOptions();

    @ArgGroup(validate = false, heading = Section.IMAGES)
    private ImageOptions images = new ImageOptions();

    @ArgGroup(validate = false, heading = Section.OUTPUT)
    private RestorationOutputOptions outputs = new RestorationOutputOptions();

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private DeviceOptions runtime = new DeviceOptions();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Whether the input is to be damaged first. */
    boolean degrades() {
        return degrade;
    }

    /** Whether degradations may lack a known decomposition. */
    boolean takesEveryDegradation() {
        return options.method() == RestorationMethod.DPS;
    }

    /**
     * Restores the images.
     *
     * @param task for a model
     * @param read other files that the command reads
     * @throws UserError if something does not fit; nothing is written then
     */
    void run(Function<Manifest, RestorationTask> task, Path... read) {
        outputs.check(degrade, Stream.concat(Stream.of(input), Stream.of(read)).toArray(Path[]::new));
        part.requireKept(outputs.partsFolder().isPresent());
        RestorationSettings settings = options.settings(spec.commandLine().getParseResult());
        ModelBundle model = bundle.load();
        Manifest manifest = model.manifest();
        ImageRestorer.check(manifest, settings);
        RestorationTask damage = task.apply(manifest);
        if (settings.method() == RestorationMethod.DPS && damage.name().equals(RestoreDenoiseCommand.NAME)) {
            throw new UserError(
                    "--method dps is for inpaint, superresolve, colorize and deblur: noise is removed by ddnm.");
        }
        Dataset inputs = InputImages.open(
                input,
                images.of(degrade ? manifest.imageSize() : manifest.imageSize() / damage.factor(), Split.TEST)
                        .withChannels(manifest.channels()),
                spec.commandLine().getErr()::println);
        RestorationRun run = prepared(inputs, damage, manifest, settings);
        ObjectNode described = described(run, manifest, settings);
        PrintWriter console = spec.commandLine().getOut();
        long begin = System.nanoTime();
        String again = outputs.partsFolder().isPresent()
                ? "Stopped; give the same command again to resume."
                : "Stopped; with --out an interrupted run can be resumed.";
        Tensor all;
        try (ImageRestorer restorer = ImageRestorer.open(
                        model,
                        settings,
                        // Several processes would add it to the same bundle.
                        !bundle.isEmbedded() && part.share().isEmpty(),
                        runtime.device,
                        runtime.threads,
                        spec.commandLine().getErr()::println);
                StopNotice notice = StopNotice.of(spec.commandLine().getErr(), again)) {
            Optional<SampleShards> kept = outputs.partsFolder()
                    .map(folder -> SampleShards.open(folder, identity(described, run, inputs, manifest)));
            Share share = part.share().orElse(Share.WHOLE);
            long steps = restorer.steps();
            List<Tensor> results;
            try (Progress progress = ConsoleProgress.onStandardError()
                    .start("Restoring", run.done(share, kept) * steps, run.results(share) * steps, "steps")) {
                results = run.restore(share, restorer, kept, progress);
            }
            if (part.share().isPresent()) {
                part.print(done(results.size(), begin), outputs.partsFolder().orElseThrow(), console);
                return;
            }
            all = RestorationRun.joined(results);
            outputs.write(run, all);
            kept.ifPresent(SampleShards::delete);
        }
        if (degrade) {
            RestorationReport report = RestorationReport.of(run, all);
            outputs.write(described.put("bundle", model.digest()).setAll(report.toJson()));
            report.table().forEach(console::println);
        }
        console.println(done(run.results(), begin));
        console.flush();
    }

    private static String done(int results, long begin) {
        return String.format(
                Locale.ROOT, "%s in %.1f s", Count.of(results, "result"), (System.nanoTime() - begin) / 1e9);
    }

    private RestorationRun prepared(
            Dataset inputs, RestorationTask task, Manifest manifest, RestorationSettings settings) {
        int count = ImageCount.of(samples, inputs, input);
        long bytes = (long) manifest.channels() * manifest.imageSize() * manifest.imageSize();
        outputs.check(count, options.variants, bytes, manifest.channels());
        boolean guided = settings.classifierScale() != 0;
        Optional<long[]> labels = new ImageLabels("--labels", manifest, guided || manifest.classConditional())
                .of(options.labels, inputs, IntStream.range(0, count).toArray());
        return new RestorationRun(
                DamagedImages.of(task, inputs, count, degrade, options.seed), labels, options.seed, options.variants);
    }

    private static ObjectNode damage(RestorationTask task) {
        ObjectNode damage = task.damage().deepCopy();
        task.noise().ifPresent(levels -> damage.put("noise", levels));
        return damage;
    }

    private static ObjectNode described(RestorationRun run, Manifest manifest, RestorationSettings settings) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("task", run.images().task().name())
                .put("model", manifest.name());
        json.set("damage", damage(run.images().task()));
        json.set("settings", settings.toJson().put("seed", run.seed()).put("variants", run.variants()));
        return json;
    }

    /** Everything that determines the results. */
    private String identity(ObjectNode described, RestorationRun run, Dataset inputs, Manifest manifest) {
        ObjectNode json = described
                .deepCopy()
                .put("data", inputs.checksum())
                .put("samples", run.images().count())
                .put("degrade", degrade);
        // Files count by what they hold, since other parts may read them elsewhere.
        ObjectNode damage = (ObjectNode) json.get("damage");
        List.copyOf(damage.properties()).forEach(field -> {
            if (damage.has(field.getKey() + "_sha256")) {
                damage.remove(field.getKey());
            }
        });
        run.labels().ifPresent(labels -> LongStream.of(labels).forEach(json.putArray("labels")::add));
        manifest.checksums().forEach(json::put);
        return json.toPrettyString();
    }
}
