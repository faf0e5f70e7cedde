package io.adm4j.function.service;

import io.adm4j.bundle.BundleKey;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.diffusion.NonFiniteOutputException;
import io.adm4j.feedback.UserError;
import io.adm4j.io.PngWriter;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.GraphFailure;
import io.adm4j.sampling.SampleRequest;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.SamplingStopped;
import io.adm4j.sampling.StepListener;
import io.adm4j.sampling.Upsampler;
import io.adm4j.tensor.Tensor;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Samples from the loaded bundle, and upsamples if there is an upsampler. A limited number of requests runs at once, further
 * ones wait in a queue, and those beyond it are refused.
 */
@ApplicationScoped
public class SamplingService {
    private static final Logger LOG = Logger.getLogger(SamplingService.class);

    @Inject
    FunctionConfig config;

    @Inject
    ServiceMetrics metrics;

    private BundleInfo bundles;
    private @Nullable SamplingPipeline pipeline;
    private @Nullable Upsampler upsampler;
    private Semaphore admitted;
    private Semaphore running;
    private final AtomicInteger rowsInFlight = new AtomicInteger();
    private volatile boolean open;

    /** Loads the bundle before the first request; without one the function does not start. */
    void start(@Observes StartupEvent event) {
        atLeast("adm4j.threads", config.threads(), 0);
        atLeast("adm4j.batch-size", config.batchSize(), 1);
        atLeast("adm4j.upsampler-batch-size", config.upsamplerBatchSize(), 1);
        atLeast("adm4j.parallel", config.parallel(), 1);
        atLeast("adm4j.queue", config.queue(), 0);
        atLeast("adm4j.limit.count", config.limit().count(), 1);
        atLeast("adm4j.limit.steps", config.limit().steps(), 1);
        load(BundleFolder.of(config.bundle()), device(config.device()));
        checkStandard();
        running = new Semaphore(config.parallel(), true);
        admitted = new Semaphore(config.parallel() + config.queue());
        metrics.runs(bundles.base().name(), config.device(), config.threads());
        metrics.watch(this::waiting, rowsInFlight::get);
        open = true;
    }

    private void load(Path folder, Device device) {
        Optional<Path> large =
                config.upsampler().filter(name -> !name.isBlank()).map(Path::of);
        requireBundle(folder, "bundle", "the folder of one");
        large.ifPresent(path -> requireBundle(path, "upsampler", "the folder of one, or to nothing for none"));
        try {
            Optional<BundleKey> key = config.bundleKey()
                    .filter(text -> !text.isBlank())
                    .map(text -> BundleKey.of(text, "adm4j.bundle-key"));
            ModelBundle bundle = ModelBundle.load(folder, key);
            if (bundle.manifest().smallSize().isPresent()) {
                throw new ConfigurationException("The bundle in " + folder + " is an upsampler: set ADM4J_UPSAMPLER or"
                        + " -Dadm4j.upsampler to it, and adm4j.bundle to a base model.");
            }
            int channels = bundle.manifest().channels();
            if (!PngWriter.holds(channels)) {
                throw new ConfigurationException("The bundle in " + folder + " samples images with " + channels
                        + " channels, which PNG, the form of all responses, cannot hold: set adm4j.bundle to a model of"
                        + " images with 1, 3 or 4.");
            }
            SamplingPipeline base = SamplingPipeline.open(bundle, device, config.threads());
            pipeline = base;
            if (large.isPresent()) {
                Upsampler opened = Upsampler.open(ModelBundle.load(large.get(), key), device, config.threads());
                upsampler = opened;
                opened.requireFit(bundle.manifest());
            }
            bundles = BundleInfo.of(base, Optional.ofNullable(upsampler));
            warmUp(base);
            LOG.infof("Bundle %s from %s, on %s.", bundles.base().name(), folder, device);
            large.ifPresent(path -> LOG.infof(
                    "Upsampler %s from %s.", bundles.upsampler().orElseThrow().name(), path));
        } catch (UserError | GraphFailure e) {
            close();
            // Without a cause Quarkus prints only the sentence.
            throw new ConfigurationException(e.getMessage());
        }
    }

    private static void requireBundle(Path folder, String setting, String remedy) {
        if (!Files.isRegularFile(folder.resolve("model.json"))) {
            throw new ConfigurationException("There is no bundle in " + folder.toAbsolutePath()
                    + " (no model.json): set ADM4J_" + setting.toUpperCase(Locale.ROOT) + " or -Dadm4j." + setting
                    + " to "
                    + remedy + ".");
        }
    }

    /** One step of one image: a graph that cannot run fails at start, and the first request need not wait for loading. */
    private void warmUp(SamplingPipeline base) {
        double scale = bundles.base().hasClassifier() ? 1 : 0;
        int[] labels = bundles.base().classes().count() == 0 ? new int[0] : new int[1];
        SampleRequest request = new SampleRequest(new long[1], labels, SamplingSettings.ddpm(1, scale));
        Tensor small = base.sample(request, StepListener.none()).images();
        Upsampler large = upsampler;
        if (large != null) {
            double largeScale = large.capabilities().hasClassifier() ? 1 : 0;
            SamplingSettings settings = SamplingSettings.ddpm(1, largeScale);
            large.sample(large.request(small, new long[1], labels, settings), StepListener.none());
        }
    }

    private void checkStandard() {
        try {
            check(Map.of());
        } catch (Refusal e) {
            close();
            throw new ConfigurationException("The settings adm4j.standard.* do not work: " + e.getMessage());
        }
    }

    private static Device device(String name) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "cpu" -> Device.CPU;
            case "cuda" -> Device.CUDA;
            default -> throw new ConfigurationException("adm4j.device must be cpu or cuda, not '" + name + "'.");
        };
    }

    private static void atLeast(String setting, int value, int least) {
        if (value < least) {
            throw new ConfigurationException(setting + " must be at least " + least + ", not " + value + ".");
        }
    }

    /** Stops running requests at their next step, then frees the graphs. */
    void stop(@Observes ShutdownEvent event) {
        if (!open) {
            return;
        }
        open = false;
        running.acquireUninterruptibly(config.parallel());
        close();
    }

    private void close() {
        if (pipeline != null) {
            pipeline.close();
            pipeline = null;
        }
        if (upsampler != null) {
            upsampler.close();
            upsampler = null;
        }
    }

    public boolean ready() {
        return open;
    }

    public BundleInfo bundles() {
        return bundles;
    }

    /** What can be asked of this function. */
    public ModelReply model() {
        return ModelReply.of(bundles, check(Map.of()), config.limit());
    }

    /**
     * Checks a request.
     *
     * @throws Refusal with the field and what is allowed for it
     */
    public SampleQuery check(Map<String, String> fields) {
        return check(fields, ImageKeys.NONE);
    }

    /**
     * Checks a request that may choose seeds and labels image by image.
     *
     * @throws Refusal with the field and what is allowed for it
     */
    public SampleQuery check(Map<String, String> fields, ImageKeys keys) {
        try {
            return SampleQuery.of(fields, keys, bundles, config);
        } catch (Refusal e) {
            metrics.refused(e.reason());
            throw e;
        }
    }

    /** The name under which clients of the Open Inference Protocol know the model. */
    public String modelName() {
        return config.modelName()
                .filter(name -> !name.isBlank())
                .orElse(bundles.base().name());
    }

    /** Requests that were admitted and do not run yet. */
    private int waiting() {
        int busy = config.parallel() - running.availablePermits();
        return Math.max(0, config.parallel() + config.queue() - admitted.availablePermits() - busy);
    }

    /**
     * Samples, after waiting in the queue; blocks.
     *
     * @param abandoned asked between steps whether the client is gone
     * @throws Refusal if the queue is full, or the function stops
     */
    public SampleResult sample(SampleQuery query, BooleanSupplier abandoned) {
        try {
            return admit(query, abandoned);
        } catch (Refusal e) {
            metrics.refused(e.reason());
            throw e;
        }
    }

    private SampleResult admit(SampleQuery query, BooleanSupplier abandoned) {
        if (!admitted.tryAcquire()) {
            throw Refusal.of(
                            Refusal.Reason.BUSY,
                            "The function is busy and " + config.queue() + " requests wait already: try again later.")
                    .retryAfter(Duration.ofSeconds(1));
        }
        try {
            running.acquireUninterruptibly();
            try {
                rowsInFlight.addAndGet(query.count());
                return sampleNow(query, abandoned);
            } finally {
                rowsInFlight.addAndGet(-query.count());
                running.release();
            }
        } finally {
            admitted.release();
        }
    }

    private SampleResult sampleNow(SampleQuery query, BooleanSupplier abandoned) {
        StepListener untilStopped = (image, stage, step) -> open && !abandoned.getAsBoolean();
        long start = System.nanoTime();
        List<Tensor> parts = new ArrayList<>();
        SamplingPipeline base = Objects.requireNonNull(pipeline);
        try {
            for (int from = 0; from < query.count(); from += config.batchSize()) {
                int to = Math.min(from + config.batchSize(), query.count());
                Tensor images = base.sample(part(query, from, to), untilStopped).images();
                if (query.upsampling().isEmpty()) {
                    parts.add(images);
                } else {
                    parts.addAll(upsampled(query, query.upsampling().get(), images, from, untilStopped));
                }
            }
        } catch (SamplingStopped e) {
            if (open) {
                throw Refusal.of(Refusal.Reason.CANCELLED, "The client hung up before the images were done.");
            }
            throw Refusal.of(Refusal.Reason.STOPPING, "The function stopped before the images were done: ask again.");
        } catch (NonFiniteOutputException e) {
            metrics.nonFinite();
            throw Refusal.of(Refusal.Reason.FAILED, String.valueOf(e.getMessage()));
        }
        long nanos = System.nanoTime() - start;
        metrics.served(query.count(), nanos);
        return new SampleResult(query, bundles, parts, TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    /** @param first number of the first low-resolution image */
    private List<Tensor> upsampled(
            SampleQuery query, SamplingSettings settings, Tensor small, int first, StepListener listener) {
        List<Tensor> large = new ArrayList<>();
        Upsampler network = Objects.requireNonNull(upsampler);
        int count = (int) small.dim(0);
        for (int from = 0; from < count; from += config.upsamplerBatchSize()) {
            int to = Math.min(from + config.upsamplerBatchSize(), count);
            SampleRequest request = network.request(
                    small.rows(from, to),
                    seeds(query, first + from, first + to),
                    labels(query, first + from, first + to),
                    settings);
            large.add(network.sample(request, listener).images());
        }
        return large;
    }

    private SampleRequest part(SampleQuery query, int from, int to) {
        return new SampleRequest(seeds(query, from, to), labels(query, from, to), query.settings());
    }

    private static long[] seeds(SampleQuery query, int from, int to) {
        return LongStream.range(from, to).map(i -> query.seedOf((int) i)).toArray();
    }

    /** One per image, or none where they have none. */
    private int[] labels(SampleQuery query, int from, int to) {
        return query.labelled()
                ? IntStream.range(from, to)
                        .map(i -> Objects.requireNonNull(
                                query.labelOf(i, bundles.base().classes())))
                        .toArray()
                : new int[0];
    }
}
