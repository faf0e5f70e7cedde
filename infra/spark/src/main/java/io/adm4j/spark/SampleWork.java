package io.adm4j.spark;

import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.sampling.InitialNoise;
import io.adm4j.harness.sampling.LabelAssignment;
import io.adm4j.harness.sampling.ModelSamples;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepListener;
import io.adm4j.sampling.Upsampler;
import io.adm4j.tensor.Tensor;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The executors' part of a sampling job.
 *
 * @param arguments of the job, which hold how to sample
 * @param build of the driver
 * @param bundle of the base model
 * @param upsampler of the second stage, if there is one
 */
record SampleWork(
        List<String> arguments,
        JarBuild build,
        SharedInput bundle,
        @Nullable SharedInput upsampler) implements Serializable {
    SampleWork {
        // Spark serializes it; other lists need not be serializable.
        arguments = new ArrayList<>(arguments);
    }

    /**
     * Opens the networks and says what is to be sampled.
     *
     * @throws UserError if the model cannot be sampled so here
     */
    SamplePlan plan() {
        build.requireHere();
        Opened opened = open();
        opened.source().check(opened.batchSize());
        String settings =
                opened.source().settings().put("batch_size", opened.batchSize()).toPrettyString();
        return new SamplePlan(opened.source().count(), settings, opened.digests());
    }

    /**
     * Samples batches that are not kept yet.
     *
     * @param batches first image of each
     * @throws UserError if this executor has other bundles than the plan, or a batch cannot be kept
     */
    Iterator<Integer> sample(Iterator<Integer> batches, SamplePlan plan, ShardFolder shards) {
        build.requireHere();
        Opened opened = open();
        if (!opened.digests().equals(plan.digests())) {
            throw new UserError(
                    "The executor " + ExecutorState.name() + " has another bundle at " + bundle.location()
                            + (upsampler == null ? "" : " or " + upsampler.location())
                            + " than the first executor: put the same one on each, or give a path of the machine that starts the job.");
        }
        List<Integer> done = new ArrayList<>();
        batches.forEachRemaining(first -> {
            // Of a task that is repeated, what was finished stays.
            if (!shards.has(first)) {
                shards.put(first, opened.batch(first));
            }
            done.add(first);
        });
        return done.iterator();
    }

    private Opened open() {
        return ExecutorState.once("networks of " + arguments + bundle.location(), () -> {
            GpuOfTask.use();
            return Opened.of(SampleJob.parse(arguments), bundle, upsampler);
        });
    }

    /** The networks of one executor; of one GPU, if it has GPUs. */
    private record Opened(SampleSource source, int batchSize, String digests) {
        static Opened of(SampleJob job, SharedInput bundle, @Nullable SharedInput upsampler) {
            ModelBundle model = ModelBundle.load(bundle.here());
            Manifest manifest = model.manifest();
            if (manifest.smallSize().isPresent()) {
                throw new UserError("The bundle " + bundle.location()
                        + " is an upsampler: name it with --upsampler, and a base" + " model with --bundle.");
            }
            SamplingSettings settings = job.sampling.settings(SamplingDefaults.of(manifest), job.upsampling);
            LabelAssignment choice = LabelAssignment.of(job.labels, manifest, settings.classifierScale() != 0);
            int count = job.samples != null ? job.samples : choice.round();
            SamplingPipeline pipeline = SamplingPipeline.open(model, job.runtime.device, job.runtime.threads);
            SampleSource base = new ModelSamples(pipeline, choice, settings, job.seed, count, InitialNoise.ofSeeds());
            if (upsampler == null) {
                return new Opened(base, job.batchSize, model.digest());
            }
            job.upsampling.bundle = upsampler.here();
            Upsampler second = job.upsampling.open(job.runtime);
            second.requireClasses(manifest);
            return new Opened(
                    job.upsampling.upsampled(base, second, job.seed, job.sampling),
                    job.batchSize,
                    model.digest() + " " + ModelBundle.load(upsampler.here()).digest());
        }

        Map<String, Tensor> batch(int first) {
            int end = Math.min(source.count(), first + batchSize);
            return SampleShards.arrays(source.images(first, end, StepListener.none()), source.labels(first, end));
        }
    }
}
