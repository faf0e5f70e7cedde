package io.adm4j.export.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.OnnxDenoiser;
import io.adm4j.bundle.OnnxDenoiserGradient;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.SeededNoise;
import io.adm4j.diffusion.StepState;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.export.GoldenBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.restoration.Degradation;
import io.adm4j.restoration.Masking;
import io.adm4j.restoration.PosteriorRestoration;
import io.adm4j.restoration.TimeTravel;
import io.adm4j.runtime.Device;
import io.adm4j.sampling.ImageState;
import io.adm4j.sampling.PixelScale;
import io.adm4j.sampling.Restoration;
import io.adm4j.sampling.RestorationMethod;
import io.adm4j.sampling.RestorationSettings;
import io.adm4j.sampling.SampleJob;
import io.adm4j.sampling.SampleStage;
import io.adm4j.sampling.SampleTask;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.SchedulerListener;
import io.adm4j.sampling.StepScheduler;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restorations as rows of the scheduler, beside images that are sampled. */
class ScheduledRestorationTest {
    private static final long[] SEEDS = {3, 4};
    private static final int[] LABELS = {1, 1};

    @TempDir
    Path folder;

    @Test
    void eachRowIsWhatItsOwnRunGives() {
        JsonNode golden = GoldenCase.load(Golden.cases("restore-dps").get(0)).settings();
        ModelBundle bundle = GoldenBundle.write(
                folder.resolve("bundle"), golden.<ObjectNode>deepCopy().put("steps", 1000));
        int size = bundle.manifest().imageSize();
        boolean[] known = new boolean[size * size];
        for (int i = 0; i < known.length; i += 2) {
            known[i] = true;
        }
        Degradation mask = new Masking(known);
        Tensor measured =
                mask.measure(new SeededNoise(9).start(1, bundle.manifest().channels(), size, size));
        RestorationSettings nullSpace =
                new RestorationSettings(RestorationMethod.DDNM, 4, 0.85, new TimeTravel(1, 2), 1, 0);
        RestorationSettings posterior = new RestorationSettings(RestorationMethod.DPS, 3, 0, TimeTravel.NONE, 0.5, 0);
        try (SamplingPipeline model = SamplingPipeline.open(bundle, Device.CPU, 0);
                StepScheduler scheduler = new StepScheduler(0, SchedulerListener.none())) {
            SampleTask sampled = scheduler.submit(SampleJob.of(
                    List.of(new SampleStage(model, SamplingSettings.ddim(5, 0))), new long[3], new int[3]));
            SampleTask first = scheduler.submit(job(model, new Restoration(nullSpace, mask, 0.1, measured)));
            SampleTask second = scheduler.submit(job(model, new Restoration(posterior, mask, 0, measured)));
            assertEquals(7, first.job().steps());
            assertTrue(sampled.outcome().join().finished());
            assertPixels(alone(bundle, new Restoration(nullSpace, mask, 0.1, measured)), first);
            assertPixels(alone(bundle, posterior, mask, measured), second);
            assertTrue(scheduler.secondsOf(second.job()) > 0);
        }
    }

    private static SampleJob job(SamplingPipeline model, Restoration restoration) {
        return SampleJob.of(List.of(new SampleStage(model, restoration)), SEEDS, LABELS);
    }

    private static Tensor start(ModelBundle bundle) {
        int size = bundle.manifest().imageSize();
        return new SeededNoise(SEEDS[0]).start(1, bundle.manifest().channels(), size, size);
    }

    private static Tensor label() {
        return Tensor.of(new long[] {LABELS[0]}, 1);
    }

    private static Tensor alone(ModelBundle bundle, Restoration restoration) {
        try (OnnxDenoiser denoiser = OnnxDenoiser.open(bundle, Device.CPU, 0)) {
            Iterator<StepState> steps = restoration
                    .samplerFor(bundle.manifest().diffusion())
                    .steps(denoiser, Guidance.none(), start(bundle), label(), new SeededNoise(SEEDS[0]));
            Tensor last = steps.next().next();
            while (steps.hasNext()) {
                last = steps.next().next();
            }
            return PixelScale.toNearestBytes(last);
        }
    }

    private static Tensor alone(ModelBundle bundle, RestorationSettings settings, Degradation mask, Tensor measured) {
        GaussianDiffusion process =
                new GaussianDiffusion(bundle.manifest().diffusion().respaced(String.valueOf(settings.steps())));
        try (OnnxDenoiser denoiser = OnnxDenoiser.open(bundle, Device.CPU, 0);
                OnnxDenoiserGradient jacobian = OnnxDenoiserGradient.open(bundle, Device.CPU, 0)) {
            Iterator<PosteriorRestoration.Step> steps = new PosteriorRestoration(
                            process, settings.scale(), Thresholding.STATIC)
                    .restore(denoiser, jacobian, mask, measured, 0, start(bundle), label(), new SeededNoise(SEEDS[0]));
            Tensor last = steps.next().state().next();
            while (steps.hasNext()) {
                last = steps.next().state().next();
            }
            return PixelScale.toNearestBytes(last);
        }
    }

    /** Threads and company change the last digit of a float32. */
    private static void assertPixels(Tensor expected, SampleTask task) {
        List<ImageState> images = task.outcome().join().images();
        assertEquals(SEEDS.length, images.size());
        byte[] wanted = expected.toByteArray();
        byte[] found = ((ImageState.Finished) images.get(0)).pixels().toByteArray();
        byte[] other = ((ImageState.Finished) images.get(1)).pixels().toByteArray();
        int different = 0;
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(wanted[i] & 0xff, found[i] & 0xff, 1, "pixel " + i);
            different += found[i] == other[i] ? 0 : 1;
        }
        assertTrue(different > 0, "another seed, another result");
    }
}
