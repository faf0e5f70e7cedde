package io.adm4j.harness.cli.command;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.option.DeviceOptions;
import io.adm4j.harness.cli.option.EvalSamplingOptions;
import io.adm4j.harness.cli.option.UpsamplerOptions;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.run.SampleSet;
import io.adm4j.harness.evaluation.run.WorkFolder;
import io.adm4j.io.Sha256;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.Upsampler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Opens the samples that eval scores, and holds the models that generate some until they are scored. */
final class EvalSamples implements AutoCloseable {
    private final EvalSamplingOptions sampling;
    private final UpsamplerOptions upsampling;
    private final DeviceOptions runtime;
    private final Integer count;
    private final int batchSize;
    private final Optional<Upsampler> upsampler;
    private final List<SamplingPipeline> pipelines = new ArrayList<>();

    private EvalSamples(
            EvalSamplingOptions sampling,
            UpsamplerOptions upsampling,
            DeviceOptions runtime,
            Integer count,
            int batchSize,
            Optional<Upsampler> upsampler) {
        this.sampling = sampling;
        this.upsampling = upsampling;
        this.runtime = runtime;
        this.count = count;
        this.batchSize = batchSize;
        this.upsampler = upsampler;
    }

    /**
     * Opens the upsampler, if there is one.
     *
     * @param generates whether any samples are generated
     * @param count samples that each bundle generates; null if none does
     * @param batchSize samples generated at once
     */
    static EvalSamples open(
            EvalSamplingOptions sampling,
            UpsamplerOptions upsampling,
            DeviceOptions runtime,
            boolean generates,
            Integer count,
            int batchSize) {
        return new EvalSamples(
                sampling,
                upsampling,
                runtime,
                count,
                batchSize,
                generates && upsampling.given() ? Optional.of(upsampling.open(runtime)) : Optional.empty());
    }

    /** The sets that one bundle generates. */
    List<SampleGroup> of(ModelBundle bundle, WorkFolder work) {
        return List.of(new SampleGroup(
                Optional.empty(), generated(bundle, "bundle " + describe(bundle).name(), work)));
    }

    /**
     * The sets of several sources.
     *
     * @param sources bundles and stored samples
     * @param stored opens stored samples
     * @param work for what is generated; null if nothing is
     * @throws UserError if the sets cannot be compared
     */
    List<SampleGroup> of(List<Path> sources, Function<Path, SampleSet> stored, WorkFolder work) {
        List<SampleGroup> groups = new ArrayList<>();
        for (Path path : sources) {
            List<SampleSet> opened;
            if (EvalInputs.isBundle(path)) {
                ModelBundle bundle = ModelBundle.load(path);
                opened = generated(bundle, "bundle " + describe(bundle).name() + " in " + path, work);
            } else {
                opened = List.of(stored.apply(path));
            }
            groups.add(new SampleGroup(Optional.of(path), opened));
        }
        SampleGroup.requireComparable(groups);
        return groups;
    }

    /** @param name in reports */
    private List<SampleSet> generated(ModelBundle bundle, String name, WorkFolder work) {
        if (bundle.manifest().smallSize().isPresent()) {
            throw new UserError("The bundle " + bundle.folder()
                    + " is an upsampler, which needs images to start from: name it with --upsampler, and in --bundle"
                    + " the model that generates them.");
        }
        upsampler.ifPresent(second -> second.requireClasses(bundle.manifest()));
        SamplingPipeline pipeline = SamplingPipeline.open(bundle, runtime.device, runtime.threads);
        pipelines.add(pipeline);
        return sampling.sources(
                pipeline,
                small -> upsampler
                        .map(second -> upsampling.upsampled(small, second, sampling.seed(), sampling))
                        .orElse(small),
                upsampling.settings(),
                name,
                count,
                batchSize,
                work);
    }

    /** A bundle that generates samples, with the upsampler after it. */
    Model describe(ModelBundle bundle) {
        String name = bundle.manifest().name();
        String folder = bundle.folder().toString();
        return upsampler
                .map(second -> new Model(
                        name + " upsampled by " + second.manifest().name(),
                        folder + " + " + upsampling.bundle,
                        Sha256.of(bundle.digest() + "\n" + second.digest()),
                        bundle.manifest().classes()))
                .orElseGet(() -> new Model(
                        name, folder, bundle.digest(), bundle.manifest().classes()));
    }

    @Override
    public void close() {
        pipelines.forEach(SamplingPipeline::close);
        upsampler.ifPresent(Upsampler::close);
    }
}
