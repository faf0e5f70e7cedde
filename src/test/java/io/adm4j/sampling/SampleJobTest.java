package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleJobTest {
    private static final Tensor SMALL = Tensor.zeros(ElementType.FLOAT32, 1, 3, 4, 4);
    private static final Tensor LARGE = Tensor.zeros(ElementType.FLOAT32, 1, 3, 8, 8);

    @TempDir
    Path folder;

    private SamplingPipeline base;
    private Upsampler upsampler;
    private List<SampleStage> stages;

    @BeforeEach
    void open() throws IOException {
        base = SamplingPipeline.open(
                TinyBundle.write(folder.resolve("tiny"), 4, false, List.of("a", "b")), Device.CPU, 1);
        upsampler = Upsampler.open(TinyBundle.writeUpsampler(folder.resolve("up"), 4, 8, false, 2), Device.CPU, 1);
        stages = List.of(
                new SampleStage(base, SamplingSettings.ddim(10, 0)),
                new SampleStage(upsampler.model(), SamplingSettings.ddpm(6, 0)));
    }

    @AfterEach
    void close() {
        upsampler.close();
        base.close();
    }

    private SampleJob from(ImageState image) {
        return SampleJob.of(stages, new long[1], new int[1]).from(List.of(image));
    }

    @Test
    void stepsAreCountedOverAllStages() {
        ImageState.Started first = new ImageState.Started(0, 4, SMALL, List.of(), Optional.empty());
        ImageState.Started second = new ImageState.Started(1, 2, LARGE, List.of(), Optional.of(SMALL));
        ImageState.Finished last = new ImageState.Finished(Tensor.zeros(ElementType.UINT8, 1, 8, 8, 3));
        SampleJob job = SampleJob.of(stages, new long[4], new int[4])
                .from(List.of(new ImageState.Waiting(), first, second, last));

        assertEquals(16, job.steps());
        assertEquals(
                List.of(0, 4, 12, 16), job.images().stream().map(job::stepsDone).toList());
        assertEquals(10 + 6, job.stepsLeft(0));
        assertEquals(6 + 6 + 4, job.stepsLeft(1));
        assertEquals(5 + 5, job.atMost(5).stepsLeft(0));
        assertEquals(4, job.atMost(5).stepsLeft(1));
        assertEquals(2 + 6 + 4, job.atMost(12).stepsLeft(1));
        assertEquals(0, job.stageOf(9));
        assertEquals(1, job.stageOf(10));
    }

    @Test
    void statesMustFitTheModels() {
        from(new ImageState.Started(0, 9, SMALL, List.of(), Optional.empty()));
        refused(
                "There is no stage 2 among 2 stages.",
                new ImageState.Started(2, 0, SMALL, List.of(), Optional.empty()));
        refused(
                "There is no stage -1 among 2 stages.",
                new ImageState.Started(-1, 0, SMALL, List.of(), Optional.empty()));
        refused(
                "An image cannot continue after step 10 of 10.",
                new ImageState.Started(0, 10, SMALL, List.of(), Optional.empty()));
        refused(
                "An image cannot continue after step -1 of 10.",
                new ImageState.Started(0, -1, SMALL, List.of(), Optional.empty()));
        refused(
                "An image between two steps is float32 [1, 3, 4, 4], not FLOAT32[1, 3, 8, 8].",
                new ImageState.Started(0, 1, LARGE, List.of(), Optional.empty()));
        refused(
                "An image between two steps is float32 [1, 3, 4, 4], not UINT8[1, 3, 4, 4].",
                new ImageState.Started(0, 1, Tensor.zeros(ElementType.UINT8, 1, 3, 4, 4), List.of(), Optional.empty()));
        refused(
                "An image has a low-resolution image only at an upsampler.",
                new ImageState.Started(0, 1, SMALL, List.of(), Optional.of(SMALL)));
        refused(
                "An image has a low-resolution image only at an upsampler.",
                new ImageState.Started(1, 1, LARGE, List.of(), Optional.empty()));
        refused(
                "An image between two steps is float32 [1, 3, 4, 4], not FLOAT32[1, 3, 8, 8].",
                new ImageState.Started(1, 1, LARGE, List.of(), Optional.of(LARGE)));
    }

    private void refused(String message, ImageState image) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> from(image)).getMessage());
    }

    @Test
    void numbersMustFitEachOther() {
        assertThrows(IllegalArgumentException.class, () -> SampleJob.of(stages, new long[0], new int[0]));
        assertThrows(IllegalArgumentException.class, () -> SampleJob.of(List.of(), new long[1], new int[1]));
        assertThrows(IllegalArgumentException.class, () -> SampleJob.of(stages, new long[2], new int[1]));
        SampleJob job = SampleJob.of(stages, new long[2], new int[2]);
        assertThrows(IllegalArgumentException.class, () -> job.from(List.of(new ImageState.Waiting())));
        assertEquals(
                "An image takes at least 1 step, not 0.",
                assertThrows(IllegalArgumentException.class, () -> job.atMost(0))
                        .getMessage());
    }
}
