package io.adm4j.harness.restoration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.feedback.Progress;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.Share;
import io.adm4j.io.Npz;
import io.adm4j.restoration.BlockSums;
import io.adm4j.restoration.TimeTravel;
import io.adm4j.runtime.Device;
import io.adm4j.sampling.RestorationMethod;
import io.adm4j.sampling.RestorationSettings;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestorationRunTest {
    private static final int SIZE = 12;
    private static final int STEPS = 20;

    @TempDir
    Path folder;

    private ModelBundle bundle;
    private RestorationRun run;

    @BeforeEach
    void prepare() throws IOException {
        bundle = TinyBundle.write(folder.resolve("tiny"), SIZE, false, List.of("shirt", "Bag"));
        byte[] levels = new byte[3 * SIZE * SIZE * 3];
        new Random(1).nextBytes(levels);
        Path input = folder.resolve("input.npz");
        Npz.write(input, Map.of("arr_0", Tensor.of(levels, 3, SIZE, SIZE, 3)));
        DamagedImages images = DamagedImages.of(
                new RestorationTask("superresolve", BlockSums.averages(2), 2, OptionalDouble.of(5)),
                Dataset.open(input, new DatasetOptions(SIZE, Split.TEST)),
                3,
                true,
                0);
        run = new RestorationRun(images, Optional.of(new long[] {1, 0, 1}), 7, 2);
    }

    private ImageRestorer open() {
        RestorationSettings settings =
                new RestorationSettings(RestorationMethod.DDNM, STEPS, 0.85, TimeTravel.NONE, 1, 0);
        return ImageRestorer.open(bundle, settings, false, Device.CPU, 1, note -> {});
    }

    private Optional<SampleShards> parts() {
        return Optional.of(SampleShards.open(folder.resolve("parts"), "{}"));
    }

    /** Counts steps, and fails at each after some. */
    private static final class Steps implements Progress {
        private final AtomicLong taken = new AtomicLong();
        private final long most;

        Steps(long most) {
            this.most = most;
        }

        @Override
        public void step(long units) {
            if (taken.addAndGet(units) > most) {
                throw new IllegalStateException("interrupted");
            }
        }

        @Override
        public void message(String text) {}

        @Override
        public void close() {}
    }

    @Test
    void aResumedRunRestoresTheRestAlone() {
        Tensor whole;
        Tensor resumed;
        Steps rest = new Steps(Long.MAX_VALUE);
        int done;
        try (ImageRestorer restorer = open()) {
            whole = run.restore(restorer, Optional.empty(), new Steps(Long.MAX_VALUE));
            // It fails at the end of the last results.
            Steps failing = new Steps((long) STEPS * run.results() - 3);
            assertThrows(IllegalStateException.class, () -> run.restore(restorer, parts(), failing));
            done = run.done(Share.WHOLE, parts());
            resumed = run.restore(restorer, parts(), rest);
        }
        assertTrue(done >= 1 && done < run.results(), done + " results were done");
        assertEquals((long) STEPS * (run.results() - done), rest.taken.get());
        assertArrayEquals(whole.toByteArray(), resumed.toByteArray());
        assertEquals(run.results(), run.done(Share.WHOLE, parts()));
        assertEquals(0, run.done(Share.WHOLE, Optional.empty()));
    }
}
