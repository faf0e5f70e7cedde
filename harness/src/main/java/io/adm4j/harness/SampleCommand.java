package io.adm4j.harness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.data.Checksums;
import io.adm4j.harness.sampling.LabelChoice;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.TrajectoryRecorder;
import io.adm4j.io.NpyReader;
import io.adm4j.io.NpzReader;
import io.adm4j.io.PictureGrid;
import io.adm4j.io.PngWriter;
import io.adm4j.model.Manifest;
import io.adm4j.model.ModelBundle;
import io.adm4j.sampling.SampleBatch;
import io.adm4j.sampling.SampleRequest;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Samples pictures from a bundle. */
@Command(
        name = "sample",
        description = "Samples pictures. The i-th picture (from 0) of a run with seed s has seed s+i and depends on that"
                + " seed, its label, the bundle and the settings alone, whatever the batch size. An interrupted run goes on"
                + " where it was when the same command is given again.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SampleCommand implements Runnable {
    private static final long GRID_BYTES = 1 << 28;

    @Option(names = "--bundle", paramLabel = "FOLDER", description = "Model bundle (default: the embedded one).")
    private Path bundle;

    @Option(
            names = "--labels",
            defaultValue = "all",
            description = "all (each class in turn), balanced (all equally often, in random order), random, or labels and"
                    + " class names separated by commas, taken in turn (default ${DEFAULT-VALUE}).")
    private String labels;

    @Option(names = "--num-samples", description = "Pictures (default: one for each label named).")
    private Integer numSamples;

    @Option(names = "--seed", defaultValue = "0", description = "Seed of the first picture (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--sampler", defaultValue = "ddim", description = "ddim or ddpm (default ${DEFAULT-VALUE}).")
    private String sampler;

    @Option(
            names = "--steps",
            defaultValue = "25",
            description = "A number of steps, numbers by section (90,60,60,20,20) or ddimN (default ${DEFAULT-VALUE}).")
    private String steps;

    @Option(names = "--eta", defaultValue = "0", description = "Noise of DDIM, 0 to 1 (default ${DEFAULT-VALUE}).")
    private double eta;

    @Option(
            names = "--classifier-scale",
            defaultValue = "0",
            description = "Strength of the classifier's guidance; 0 does not run it (default ${DEFAULT-VALUE}).")
    private double classifierScale;

    @Option(
            names = "--clip-denoised",
            arity = "1",
            defaultValue = "true",
            description = "Clip predictions of x_0 to [-1, 1] (default ${DEFAULT-VALUE}).")
    private boolean clipDenoised;

    @Option(names = "--batch-size", defaultValue = "16", description = "Default ${DEFAULT-VALUE}.")
    private int batchSize;

    @Option(
            names = "--out",
            paramLabel = "FILE.npz",
            description = "Pictures as the published code writes them: arr_0 NHWC uint8, arr_1 labels.")
    private Path out;

    @Option(names = "--grid", paramLabel = "FILE.png", description = "Pictures side by side.")
    private Path grid;

    @Option(
            names = "--noise",
            paramLabel = "FILE",
            description = "Start noise: npy, or npz with an array 'noise' or 'arr_0'; float32 [N, 3, H, W].")
    private Path noise;

    @Option(
            names = "--trajectory",
            paramLabel = "FILE.npz",
            description = "Every step of all pictures, which must fit one batch: xs, pred_xstart, timesteps.")
    private Path trajectory;

    @Mixin
    private DeviceOptions runtime;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (out == null && grid == null && trajectory == null) {
            throw new UserError("Say where the pictures go: --out FILE.npz, --grid FILE.png or --trajectory FILE.npz.");
        }
        ModelBundle model = ModelBundle.load(bundle == null ? EmbeddedBundle.folder() : bundle);
        Manifest manifest = model.manifest();
        LabelChoice choice = LabelChoice.of(labels, manifest);
        Tensor startNoise = noise == null ? null : readNoise(noise, manifest.imageSize());
        int count = numSamples != null ? numSamples : startNoise != null ? (int) startNoise.dim(0) : choice.round();
        if (count < 1 || batchSize < 1) {
            throw new UserError("--num-samples and --batch-size are at least 1.");
        }
        if (startNoise != null && startNoise.dim(0) < count) {
            throw new UserError(noise + " has noise for " + startNoise.dim(0) + " pictures, and " + count + " were asked for.");
        }
        if (trajectory != null && count > batchSize) {
            throw new UserError("A trajectory is kept of one batch: give --batch-size " + count + " or fewer --num-samples.");
        }
        SamplingSettings settings = new SamplingSettings(sampler, steps, eta, classifierScale, clipDenoised);
        long start = System.nanoTime();
        makeParent(grid);
        makeParent(trajectory);
        ByteBuffer kept = grid == null ? null : memory(count, manifest.imageSize());
        TrajectoryRecorder recorder = trajectory == null ? null : new TrajectoryRecorder();
        Plan plan = new Plan(choice, settings, startNoise, count);
        int resumed;
        try (SamplingPipeline pipeline = SamplingPipeline.open(model, runtime.device, runtime.threads)) {
            // Before anything is written: a refused run must not leave settings behind that block the next one.
            pipeline.check(plan.request(seed, 0, Math.min(count, batchSize)));
            SampleShards shards = out == null ? null : new SampleShards(out, fingerprint(manifest, count));
            resumed = sample(pipeline, plan, shards, recorder, kept);
            if (shards != null) {
                shards.join(count);
            }
        }
        if (trajectory != null) {
            recorder.write(trajectory);
        }
        if (grid != null) {
            int size = manifest.imageSize();
            writeGrid(Tensor.wrap(ElementType.UINT8, kept.flip(), count, size, size, 3), choice.round());
        }
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%d pictures in %.1f s%s%n",
                        count,
                        (System.nanoTime() - start) / 1e9,
                        resumed > 0 ? " (" + resumed + " of them from before)" : "");
        spec.commandLine().getOut().flush();
    }

    /** What is sampled, whatever the batches. */
    private record Plan(LabelChoice choice, SamplingSettings settings, Tensor startNoise, int count) {
        SampleRequest request(long seed, int from, int to) {
            SampleRequest request = new SampleRequest(
                    LongStream.range(seed + from, seed + to).toArray(), choice.labels(seed, from, to), settings);
            return startNoise == null ? request : request.withStartNoise(startNoise.rows(from, to));
        }
    }

    /**
     * Samples batch by batch.
     *
     * @param shards null where no npz is asked for
     * @param recorder null where no trajectory is asked for
     * @param kept takes all pictures; null where no grid is asked for
     * @return how many pictures were there from an interrupted run
     */
    private int sample(
            SamplingPipeline pipeline, Plan plan, SampleShards shards, TrajectoryRecorder recorder, ByteBuffer kept) {
        int resumed = 0;
        try (Progress progress = Progress.start("Sampling", plan.count(), "pictures")) {
            for (int from = 0; from < plan.count(); from += batchSize) {
                int to = Math.min(plan.count(), from + batchSize);
                Tensor pictures;
                // The steps of a finished batch are gone, so a trajectory takes them again.
                if (shards != null && shards.has(from) && recorder == null) {
                    pictures = shards.pictures(from);
                    resumed += to - from;
                } else {
                    StepListener listener = recorder == null ? StepListener.none() : recorder;
                    SampleBatch batch = pipeline.sample(plan.request(seed, from, to), listener);
                    pictures = batch.pictures();
                    if (shards != null) {
                        shards.put(from, pictures, batch.labels());
                    }
                }
                if (kept != null) {
                    kept.put(pictures.bytes());
                }
                progress.step(to - from);
            }
        }
        return resumed;
    }

    private static ByteBuffer memory(int count, int size) {
        long bytes = 3L * count * size * size;
        if (bytes > GRID_BYTES) {
            throw new UserError("A grid of " + count + " pictures is too large: give --num-samples "
                    + GRID_BYTES / (3L * size * size) + " or fewer, or leave out --grid.");
        }
        return ByteBuffer.allocate((int) bytes);
    }

    private static void makeParent(Path file) {
        if (file == null) {
            return;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new UserError("Cannot write to " + file + ": " + e.getMessage() + ".", e);
        }
    }

    private void writeGrid(Tensor pictures, int round) {
        int count = (int) pictures.dim(0);
        int columns = round > 1 && count > round ? round : (int) Math.ceil(Math.sqrt(count));
        try {
            Files.write(grid, PngWriter.encode(PictureGrid.of(Math.min(columns, 20)).layOut(pictures)));
        } catch (IOException e) {
            throw new UserError("The grid cannot be written to " + grid + ": " + e.getMessage() + ".", e);
        }
    }

    /** Everything that decides the pictures. */
    private String fingerprint(Manifest manifest, int count) {
        ObjectNode json = BundleAssembler.object()
                .put("name", manifest.name())
                .put("labels", labels)
                .put("num_samples", count)
                .put("seed", seed)
                .put("sampler", sampler)
                .put("steps", steps)
                .put("eta", eta)
                .put("classifier_scale", classifierScale)
                .put("clip_denoised", clipDenoised)
                .put("batch_size", batchSize)
                .put("noise", noise == null ? "" : Checksums.of(noise));
        manifest.files().forEach((file, entry) -> json.put(file, entry.sha256()));
        return json.toPrettyString();
    }

    private static Tensor readNoise(Path file, int size) {
        Tensor array = file.toString().endsWith(".npz") ? readFromNpz(file) : NpyReader.read(file);
        if (array.rank() != 4 || array.dim(1) != 3 || array.dim(2) != size || array.dim(3) != size) {
            throw new UserError("Start noise for this model is float32 [N, 3, " + size + ", " + size + "], and " + file
                    + " holds " + array + ".");
        }
        return switch (array.type()) {
            case FLOAT32 -> array;
            case FLOAT64 -> rounded(array);
            default -> throw new UserError("Start noise is float32, and " + file + " holds " + array + ".");
        };
    }

    private static Tensor readFromNpz(Path file) {
        try (NpzReader arrays = NpzReader.open(file)) {
            for (String name : new String[] {"noise", "arr_0"}) {
                if (arrays.has(name)) {
                    return arrays.read(name);
                }
            }
            throw new UserError(file + " has no array 'noise' or 'arr_0'; it has " + arrays.names() + ".");
        }
    }

    /** NumPy draws float64 unless told otherwise. */
    private static Tensor rounded(Tensor doubles) {
        Tensor floats = Tensor.zeros(ElementType.FLOAT32, doubles.shape());
        for (int i = 0; i < doubles.size(); i++) {
            floats.floats().put(i, (float) doubles.doubles().get(i));
        }
        return floats;
    }
}
