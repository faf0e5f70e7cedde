package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.diffusion.DdimSampler;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.SeededNoise;
import io.adm4j.diffusion.StepState;
import io.adm4j.feedback.UserError;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UpsamplerTest {
    private static final int SMALL = 4;
    private static final int LARGE = 8;
    private static final int CLASSES = 3;
    private static final int PLANE = LARGE * LARGE;

    @TempDir
    Path folder;

    private Upsampler upsampler;

    @BeforeEach
    void open() throws IOException {
        ModelBundle bundle = TinyBundle.writeUpsampler(folder.resolve("tiny"), SMALL, LARGE, true, CLASSES);
        upsampler = Upsampler.open(bundle, Device.CPU, 1);
    }

    @AfterEach
    void close() {
        upsampler.close();
    }

    @Test
    void theDenoiserSeesTheSmallImageAtEachStep() {
        Tensor small = images(2, SMALL);
        long[] seeds = {40, 7};
        int[] labels = {0, 2};
        SamplingSettings settings = new SamplingSettings(SamplerKind.DDIM, StepChoice.of(10), 0.5, 3, true);

        SampleBatch batch = upsampler.sample(upsampler.request(small, seeds, labels, settings), StepListener.none());

        GaussianDiffusion process =
                new GaussianDiffusion(DiffusionConfig.defaults().respaced("10"));
        SeededNoise noise = SeededNoise.ofUpsampler(seeds);
        Tensor y = Tensor.of(new long[] {0, 2}, 2);
        Denoiser denoiser = (x, t, labelled) -> expected(x, t, y, small);
        Guidance guidance = new Guidance((x, t, labelled) -> gradient(x, y), 3);
        Iterator<StepState> steps = new DdimSampler(process, 0.5, true)
                .steps(denoiser, guidance, noise.start(2, 3, LARGE, LARGE), y, noise);
        float[] last = null;
        while (steps.hasNext()) {
            last = steps.next().next().toFloatArray();
        }
        assertArrayEquals(last, batch.x0().toFloatArray(), 1e-5f);
        assertArrayEquals(new long[] {2, LARGE, LARGE, 3}, batch.images().shape());
        assertArrayEquals(labels, batch.labels());
    }

    @ParameterizedTest
    @EnumSource
    void anImageIsTheSameInAnyBatchAndOfAllThatItDependsOn(SamplerKind sampler) {
        SamplingSettings settings = new SamplingSettings(sampler, StepChoice.of(20), 0, 0, true);
        Tensor small = images(3, SMALL);
        byte[] together = large(small, new long[] {7, 8, 9}, new int[] {0, 1, 2}, settings);
        byte[] third = Arrays.copyOfRange(together, 2 * 3 * PLANE, 3 * 3 * PLANE);

        assertArrayEquals(third, large(small.rows(2, 3), new long[] {9}, new int[] {2}, settings));
        assertFalse(Arrays.equals(third, large(small.rows(2, 3), new long[] {10}, new int[] {2}, settings)), "seed");
        assertFalse(Arrays.equals(third, large(small.rows(2, 3), new long[] {9}, new int[] {0}, settings)), "label");
        assertFalse(Arrays.equals(third, large(small.rows(1, 2), new long[] {9}, new int[] {2}, settings)), "small");
    }

    @Test
    void itsNoiseIsNotThatOfTheBaseModel() {
        float[] base = new SeededNoise(5).start(1, 3, LARGE, LARGE).toFloatArray();
        float[] upsampling =
                SeededNoise.ofUpsampler(5).start(1, 3, LARGE, LARGE).toFloatArray();
        int n = base.length;
        double correlation = 0;
        for (int i = 0; i < n; i++) {
            correlation += base[i] * upsampling[i] / n;
        }
        assertTrue(Math.abs(correlation) < 4 / Math.sqrt(n), "correlation " + correlation);
    }

    @Test
    void withoutClassesItTakesAnyLabelsOrNone() throws IOException {
        ModelBundle bundle = TinyBundle.writeUpsampler(folder.resolve("plain"), SMALL, LARGE, false, 0);
        try (Upsampler plain = Upsampler.open(bundle, Device.CPU, 1)) {
            Tensor small = images(1, SMALL);
            SamplingSettings settings = SamplingSettings.ddpm(10, 0);
            SampleBatch without =
                    plain.sample(plain.request(small, new long[] {1}, new int[0], settings), StepListener.none());
            SampleBatch with = plain.sample(
                    plain.request(small, new long[] {1}, new int[] {12345}, settings), StepListener.none());
            assertArrayEquals(without.x0().toFloatArray(), with.x0().toFloatArray());
            assertArrayEquals(new int[] {12345}, with.labels());
            assertFalse(plain.capabilities().hasClassifier());
        }
    }

    @Test
    void imagesMayHaveOtherChannels() throws IOException {
        int[] labels = {0, 2};
        long[] seeds = {40, 7};
        SamplingSettings settings = SamplingSettings.ddim(10, 0);
        Tensor gray = channel(images(2, SMALL), 0);
        ModelBundle bundle = TinyBundle.writeUpsampler(folder.resolve("gray"), SMALL, LARGE, 1, false, CLASSES);
        try (Upsampler upsampling = Upsampler.open(bundle, Device.CPU, 1)) {
            SampleBatch batch =
                    upsampling.sample(upsampling.request(gray, seeds, labels, settings), StepListener.none());
            assertArrayEquals(new long[] {2, LARGE, LARGE, 1}, batch.images().shape());
            // The tiny networks treat each channel by itself.
            SampleRequest rgb = upsampler
                    .request(images(2, SMALL), seeds, labels, settings)
                    .withInitialNoise(repeated(SeededNoise.ofUpsampler(seeds).start(2, 1, LARGE, LARGE)));
            byte[] expected = channel(upsampler.sample(rgb, StepListener.none()).images(), 0)
                    .toByteArray();
            assertArrayEquals(expected, batch.images().toByteArray());
            refused(
                    "upsamples images with 1 channel, but the model tiny samples images with 3",
                    () -> upsampling.requireFit(TinyBundle.description(SMALL, false, List.of("a", "b", "c"))));
            refused(
                    "The low-resolution batch must have the shape [2, 1, 4, 4], which the upsampler gray takes, not"
                            + " [2, 3, 4, 4]",
                    () -> upsampling.check(upsampling.request(images(2, SMALL), seeds, labels, settings)));
        }
    }

    /** One channel of images [N, H, W, C]. */
    private static Tensor channel(Tensor images, int channel) {
        int channels = (int) images.dim(3);
        byte[] all = images.toByteArray();
        byte[] one = new byte[all.length / channels];
        for (int i = 0; i < one.length; i++) {
            one[i] = all[i * channels + channel];
        }
        return Tensor.of(one, images.dim(0), images.dim(1), images.dim(2), 1);
    }

    /** The only plane of each image [N, 1, H, W], three times. */
    private static Tensor repeated(Tensor planes) {
        int plane = (int) (planes.dim(2) * planes.dim(3));
        Tensor rgb = Tensor.zeros(ElementType.FLOAT32, planes.dim(0), 3, planes.dim(2), planes.dim(3));
        for (int i = 0; i < rgb.size(); i++) {
            rgb.floats().put(i, planes.floats().get(i / (3 * plane) * plane + i % plane));
        }
        return rgb;
    }

    @Test
    void whatDoesNotFitIsToldInOneSentence() throws IOException {
        SamplingSettings settings = SamplingSettings.ddim(10, 0);
        Path base = folder.resolve("base");
        TinyBundle.write(base, SMALL, false, List.of("a", "b", "c"));
        upsampler.requireFit(ModelBundle.load(base).manifest());
        refused(
                "knows 3 classes and the model tiny 2",
                () -> upsampler.requireFit(TinyBundle.description(SMALL, false, List.of("a", "b"))));
        refused(
                "upsamples images of 4x4 to 8x8, but the model tiny samples images of 6x6",
                () -> upsampler.requireFit(TinyBundle.description(6, false, List.of("a", "b", "c"))));
        ModelBundle unconditional = TinyBundle.writeUnconditional(folder.resolve("uncond"), SMALL, false, 0);
        refused(
                "needs the class of each image, and the model uncond knows no classes",
                () -> upsampler.requireFit(unconditional.manifest()));
        refused(
                "The low-resolution batch must have the shape [1, 3, 4, 4], which the upsampler tiny takes, not [1, 3, 8, 8]",
                () -> large(images(1, LARGE), new long[1], new int[1], settings));
        refused(
                "The low-resolution batch must have the shape [1, 3, 4, 4], which the upsampler tiny takes, not [2, 3, 4, 4]",
                () -> large(images(2, SMALL), new long[1], new int[1], settings));
        refused(
                "The label must be given for each image",
                () -> large(images(1, SMALL), new long[1], new int[0], settings));
        refused(
                "The label must be a number from 0 to 2 for the model tiny, not 3",
                () -> large(images(1, SMALL), new long[1], new int[] {3}, settings));
        refused(
                "is an upsampler, which takes images of another model in the shape [1, 3, 4, 4]",
                () -> upsampler.check(new SampleRequest(new long[1], new int[1], settings)));
        refused(
                "The initial noise must have the shape [1, 3, 8, 8], not [1, 3, 4, 4]",
                () -> upsampler.check(upsampler
                        .request(images(1, SMALL), new long[1], new int[1], settings)
                        .withInitialNoise(Tensor.zeros(ElementType.FLOAT32, 1, 3, SMALL, SMALL))));
        refused("is no upsampler", () -> Upsampler.open(ModelBundle.load(base), Device.CPU, 1));
        try (SamplingPipeline pipeline = SamplingPipeline.open(ModelBundle.load(base), Device.CPU, 1)) {
            refused(
                    "must be left out: the model tiny is no upsampler",
                    () -> pipeline.check(upsampler.request(images(1, SMALL), new long[1], new int[1], settings)));
        }
    }

    private static void refused(String part, Executable attempt) {
        String message = assertThrows(UserError.class, attempt).getMessage();
        assertTrue(message.contains(part) && message.endsWith("."), message);
    }

    private byte[] large(Tensor small, long[] seeds, int[] labels, SamplingSettings settings) {
        return upsampler
                .sample(upsampler.request(small, seeds, labels, settings), StepListener.none())
                .images()
                .toByteArray();
    }

    private static Tensor images(int count, int size) {
        byte[] levels = new byte[count * size * size * 3];
        new Random(count).nextBytes(levels);
        return Tensor.of(levels, count, size, size, 3);
    }

    /** What TinyBundle's upsampler computes, with the small image's gray levels scaled as published. */
    private static Tensor expected(Tensor x, Tensor t, Tensor y, Tensor small) {
        Tensor out = Tensor.zeros(ElementType.FLOAT32, x.shape());
        byte[] levels = small.toByteArray();
        for (int i = 0; i < out.size(); i++) {
            int n = i / (3 * PLANE);
            int c = i / PLANE % 3;
            int row = i % PLANE / LARGE % SMALL;
            int column = i % LARGE % SMALL;
            float low = (levels[((n * SMALL + row) * SMALL + column) * 3 + c] & 0xff) / 127.5f - 1;
            out.floats()
                    .put(
                            i,
                            TinyBundle.DENOISER_X * x.floats().get(i)
                                    + TinyBundle.DENOISER_Y * y.longs().get(n)
                                    + TinyBundle.DENOISER_T * t.floats().get(n)
                                    + TinyBundle.DENOISER_LOW_RES * low);
        }
        return out;
    }

    private static Tensor gradient(Tensor x, Tensor y) {
        Tensor out = Tensor.zeros(ElementType.FLOAT32, x.shape());
        for (int i = 0; i < out.size(); i++) {
            out.floats()
                    .put(
                            i,
                            TinyBundle.GRADIENT_X * x.floats().get(i)
                                    + TinyBundle.GRADIENT_Y * y.longs().get(i / (3 * PLANE)));
        }
        return out;
    }
}
