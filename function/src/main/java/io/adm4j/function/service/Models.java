package io.adm4j.function.service;

import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.io.PngWriter;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.GraphFailure;
import io.adm4j.sampling.SampleJob;
import io.adm4j.sampling.SampleStage;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SchedulerListener;
import io.adm4j.sampling.StepScheduler;
import io.adm4j.sampling.Upsampler;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The loaded models and the scheduler that runs them. */
final class Models implements AutoCloseable {
    private final StepScheduler scheduler;
    private @Nullable SamplingPipeline base;
    private @Nullable Upsampler upsampler;

    /**
     * Loads and tries the models: a graph that cannot run fails here, and the first request need not wait for loading.
     *
     * @throws ConfigurationException in one sentence if that is not possible
     */
    Models(FunctionConfig config, SchedulerListener listener) {
        scheduler = new StepScheduler(config.batchSize(), listener);
        try {
            load(config, device(config.device()));
        } catch (UserError | GraphFailure e) {
            close();
            // Without a cause Quarkus prints only the sentence.
            throw new ConfigurationException(e.getMessage());
        } catch (ConfigurationException e) {
            close();
            throw e;
        }
    }

    private void load(FunctionConfig config, Device device) {
        ConfiguredBundles named = new ConfiguredBundles(config);
        ModelBundle bundle = named.base();
        Path folder = bundle.folder();
        Optional<ModelBundle> large = named.upsampler();
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
        large.ifPresent(Upsampler::requireUpsampler);
        List<ModelBundle> all = Stream.concat(Stream.of(bundle), large.stream()).toList();
        List<SamplingPipeline> loaded = SamplingPipeline.openAll(all, device, config.threads());
        base = loaded.get(0);
        if (large.isPresent()) {
            upsampler = Upsampler.of(loaded.get(1));
            upsampler.requireFit(bundle.manifest());
        }
        scheduler.prepare(base);
        if (upsampler != null) {
            scheduler.prepare(upsampler.model());
        }
    }

    private static Device device(String name) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "cpu" -> Device.CPU;
            case "cuda" -> Device.CUDA;
            default -> throw new ConfigurationException("adm4j.device must be cpu or cuda, not '" + name + "'.");
        };
    }

    StepScheduler scheduler() {
        return scheduler;
    }

    BundleInfo info() {
        return BundleInfo.of(Objects.requireNonNull(base), Optional.ofNullable(upsampler));
    }

    /** The manifest of the bundle that samples. */
    Manifest manifest() {
        return Objects.requireNonNull(base).manifest();
    }

    /** The work of a request to restore an image. */
    SampleJob job(RestoreQuery query) {
        Integer label = query.label();
        return SampleJob.of(
                List.of(new SampleStage(Objects.requireNonNull(base), query.restoration())),
                IntStream.range(0, query.count()).mapToLong(query::seedOf).toArray(),
                label == null
                        ? new int[0]
                        : IntStream.generate(() -> label).limit(query.count()).toArray());
    }

    /** The models that the images of a query pass through. */
    List<SampleStage> stages(SampleQuery query) {
        List<SampleStage> stages = new ArrayList<>();
        stages.add(new SampleStage(Objects.requireNonNull(base), query.settings()));
        query.upsampling()
                .ifPresent(settings -> stages.add(
                        new SampleStage(Objects.requireNonNull(upsampler).model(), settings)));
        return stages;
    }

    /** Ends what runs, then frees the graphs. */
    @Override
    public void close() {
        scheduler.close();
        if (base != null) {
            base.close();
        }
        if (upsampler != null) {
            upsampler.close();
        }
    }
}
