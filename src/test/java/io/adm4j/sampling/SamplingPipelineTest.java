package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.BundleException;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.diffusion.DdimSampler;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.SeededNoise;
import io.adm4j.diffusion.StepState;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingPipelineTest {
    private static final int SIZE = 8;
    private static final List<String> CLASSES = List.of("a", "b", "c");

    @TempDir
    Path folder;

    private SamplingPipeline pipeline;

    @BeforeEach
    void open() throws IOException {
        ModelBundle bundle = TinyBundle.write(folder.resolve("tiny"), SIZE, true, CLASSES);
        pipeline = SamplingPipeline.open(bundle, Device.CPU, 1);
    }

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void networksSamplerAndNoiseFitTogether() {
        assertSampledByDefinition(pipeline, 3);
    }

    @Test
    void severalBundlesAreLoadedAtTheSameTime() throws IOException {
        ModelBundle two = TinyBundle.write(folder.resolve("two"), SIZE, true, CLASSES);
        ModelBundle plain = TinyBundle.write(folder.resolve("plain"), SIZE, false, CLASSES);
        List<SamplingPipeline> all = SamplingPipeline.openAll(List.of(two, plain), Device.CPU, 2);
        assertEquals(two.digest(), all.get(0).digest());
        assertEquals(plain.digest(), all.get(1).digest());
        assertSampledByDefinition(all.get(0), 3);
        all.forEach(SamplingPipeline::close);
    }

    @Test
    void ofSeveralBundlesTheFirstThatCannotBeLoadedIsNamed() throws IOException {
        ModelBundle one = TinyBundle.write(folder.resolve("one"), SIZE, true, CLASSES);
        ModelBundle two = TinyBundle.write(folder.resolve("two"), SIZE, true, CLASSES);
        for (ModelBundle bundle : List.of(one, two)) {
            Path file = bundle.folder().resolve(ModelBundle.CLASSIFIER_GRADIENT);
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        }
        BundleException damaged =
                assertThrows(BundleException.class, () -> SamplingPipeline.openAll(List.of(one, two), Device.CPU, 1));
        assertTrue(damaged.getMessage().startsWith("The bundle " + one.folder() + " is damaged"), damaged.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void imagesMayHaveOtherChannels(int channels) throws IOException {
        ModelBundle bundle = TinyBundle.write(folder.resolve("other"), SIZE, channels, true, CLASSES);
        try (SamplingPipeline other = SamplingPipeline.open(bundle, Device.CPU, 1)) {
            assertSampledByDefinition(other, channels);
            SampleRequest request = SampleRequest.consecutive(0, new int[] {1}, SamplingSettings.ddim(2, 0))
                    .withInitialNoise(Tensor.zeros(ElementType.FLOAT32, 1, 3, SIZE, SIZE));
            SampleRequestException problem = assertThrows(SampleRequestException.class, () -> other.check(request));
            assertEquals(
                    "The initial noise must have the shape [1, " + channels + ", 8, 8], not [1, 3, 8, 8].",
                    problem.getMessage());
        }
    }

    private static void assertSampledByDefinition(SamplingPipeline pipeline, int channels) {
        SamplingSettings settings = new SamplingSettings(SamplerKind.DDIM, StepChoice.of(10), 0.5, 3, true);
        SampleBatch batch =
                pipeline.sample(SampleRequest.consecutive(40, new int[] {0, 2}, settings), StepListener.none());

        GaussianDiffusion process =
                new GaussianDiffusion(DiffusionConfig.defaults().respaced("10"));
        Denoiser denoiser = (x, t, y) -> affine(
                x,
                TinyBundle.DENOISER_X,
                y,
                TinyBundle.DENOISER_Y,
                TinyBundle.DENOISER_T * t.floats().get(0));
        Guidance guidance = new Guidance((x, t, y) -> affine(x, TinyBundle.GRADIENT_X, y, TinyBundle.GRADIENT_Y, 0), 3);
        SeededNoise noise = new SeededNoise(40, 41);
        Iterator<StepState> steps = new DdimSampler(process, 0.5, true)
                .steps(
                        denoiser,
                        guidance,
                        noise.start(2, channels, SIZE, SIZE),
                        Tensor.of(new long[] {0, 2}, 2),
                        noise);
        float[] expected = null;
        while (steps.hasNext()) {
            expected = steps.next().next().toFloatArray();
        }
        assertArrayEquals(expected, batch.x0().toFloatArray(), 1e-5f);
        assertArrayEquals(new long[] {2, SIZE, SIZE, channels}, batch.images().shape());
        assertArrayEquals(new int[] {0, 2}, batch.labels());
    }

    @ParameterizedTest
    @EnumSource
    void anImageIsTheSameInAnyBatch(SamplerKind sampler) {
        SamplingSettings settings = new SamplingSettings(sampler, StepChoice.of(20), 0, 2, true);
        SampleBatch together =
                pipeline.sample(SampleRequest.consecutive(7, new int[] {0, 1, 2, 1}, settings), StepListener.none());
        for (int i = 0; i < 4; i++) {
            SampleRequest single = new SampleRequest(new long[] {7 + i}, new int[] {together.labels()[i]}, settings);
            byte[] alone = pipeline.sample(single, StepListener.none()).images().toByteArray();
            assertArrayEquals(alone, together.images().rows(i, i + 1).toByteArray());
        }
    }

    @Test
    void givenNoiseTakesThePlaceOfTheSeeds() {
        SamplingSettings settings = SamplingSettings.ddim(10, 0);
        int[] labels = {1, 1};
        SeededNoise noise = new SeededNoise(100, 101);
        SampleRequest given =
                new SampleRequest(new long[] {1, 2}, labels, settings).withInitialNoise(noise.start(2, 3, SIZE, SIZE));
        SampleRequest seeded = SampleRequest.consecutive(100, labels, settings);
        assertArrayEquals(
                pipeline.sample(seeded, StepListener.none()).x0().toFloatArray(),
                pipeline.sample(given, StepListener.none()).x0().toFloatArray());
    }

    @Test
    void theListenerSeesEachStepAndMayStop() {
        SampleRequest request = SampleRequest.consecutive(0, new int[] {1}, SamplingSettings.ddim(10, 0));
        List<Integer> timesteps = new ArrayList<>();
        pipeline.sample(request, (image, stage, state) -> timesteps.add(state.timestep()));
        assertEquals(List.of(999, 888, 777, 666, 555, 444, 333, 222, 111, 0), timesteps);
        SamplingStopped stopped = assertThrows(
                SamplingStopped.class, () -> pipeline.sample(request, (image, stage, state) -> state.step() < 3));
        assertEquals("Sampling was stopped after 4 of 10 steps.", stopped.getMessage());
        assertThrows(
                UnsupportedOperationException.class,
                () -> pipeline.sample(request, (image, stage, state) -> {
                    throw new UnsupportedOperationException();
                }));
        Thread.currentThread().interrupt();
        assertThrows(SamplingStopped.class, () -> pipeline.sample(request, StepListener.none()));
        assertTrue(Thread.interrupted());
    }

    @Test
    void aRequestThatDoesNotFitIsRefusedInOneSentence() throws IOException {
        SamplingSettings plain = SamplingSettings.ddim(10, 0);
        assertRefused(
                SampleRequest.consecutive(0, new int[] {3}, plain),
                "The label must be a number from 0 to 2 for the model tiny, not 3");
        assertRefused(
                SampleRequest.consecutive(0, new int[] {-1}, plain),
                "The label must be a number from 0 to 2 for the model tiny, not -1");
        assertRefused(
                new SampleRequest(new long[] {1}, new int[0], plain),
                "The label must be given for each image: the model tiny needs it");
        assertRefused(
                SampleRequest.consecutive(0, new int[] {1}, SamplingSettings.ddim(1300, 0)),
                "The steps must fit the model's process: This model has 1000 timesteps, fewer than 1300 steps");
        assertRefused(
                SampleRequest.consecutive(0, new int[] {1}, SamplingSettings.ddpm(2000, 0)), "fewer than 2000 steps");
        assertRefused(
                SampleRequest.consecutive(0, new int[] {1}, plain)
                        .withInitialNoise(Tensor.zeros(ElementType.FLOAT32, 2, 3, SIZE, SIZE)),
                "The initial noise must have the shape [1, 3, 8, 8], not [2, 3, 8, 8]");
        ModelBundle bare = TinyBundle.write(folder.resolve("bare"), SIZE, false, CLASSES);
        try (SamplingPipeline unguided = SamplingPipeline.open(bare, Device.CPU, 1)) {
            SampleRequest guided = SampleRequest.consecutive(0, new int[] {1}, SamplingSettings.ddim(10, 1));
            SampleRequestException problem = assertThrows(SampleRequestException.class, () -> unguided.check(guided));
            assertEquals("The classifier scale must be 0: the model tiny has no classifier.", problem.getMessage());
            assertEquals(RequestField.CLASSIFIER_SCALE, problem.field());
            assertEquals("scale must be 0: the model tiny has no classifier.", problem.messageFor("scale"));
        }
        assertThrows(IllegalArgumentException.class, () -> new SampleRequest(new long[] {1, 2}, new int[] {1}, plain));
        assertThrows(IllegalArgumentException.class, () -> new SampleRequest(new long[0], new int[0], plain));
    }

    @Test
    void pixelsAreCutOffAsPublished() {
        float[] values = {-1.2f, -1, -0.9922f, 0, 0.9999f, 1, 3, Float.NaN};
        Tensor x = Tensor.of(values, 1, 2, 2, 2);
        byte[] pixels = PixelScale.toBytes(x).toByteArray();
        int[] levels = {0, 0, 0, 127, 254, 255, 255, 0};
        for (int i = 0; i < 4; i++) {
            assertEquals(levels[i], pixels[2 * i] & 0xFF);
            assertEquals(levels[4 + i], pixels[2 * i + 1] & 0xFF);
        }
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        Tensor floats = PixelScale.toFloats(Tensor.of(all, 2, 16, 4, 2));
        assertEquals(-1, floats.floats().get(0));
        assertEquals(1, floats.floats().get(255));
    }

    private void assertRefused(SampleRequest request, String part) {
        assertMessage(
                assertThrows(SampleRequestException.class, () -> pipeline.sample(request, StepListener.none())), part);
    }

    private static void assertMessage(RuntimeException e, String part) {
        assertTrue(e.getMessage().contains(part) && e.getMessage().endsWith("."), e.getMessage());
    }

    private static Tensor affine(Tensor x, float ofX, Tensor y, float ofY, float shift) {
        Tensor out = Tensor.zeros(ElementType.FLOAT32, x.shape());
        int length = (int) (x.size() / x.dim(0));
        for (int i = 0; i < out.size(); i++) {
            out.floats().put(i, ofX * x.floats().get(i) + ofY * y.longs().get(i / length) + shift);
        }
        return out;
    }
}
