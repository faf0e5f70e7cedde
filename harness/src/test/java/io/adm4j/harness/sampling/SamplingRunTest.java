package io.adm4j.harness.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.io.Npz;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplingRunTest {
    private static final int SIZE = 2;
    private static final int IMAGE = SIZE * SIZE * 3;

    @TempDir
    Path temporary;

    /** Image i has the level i everywhere and the label 10 + i. */
    private static final class Numbers implements SampleSource {
        private final int count;
        private final boolean labelled;
        private final String name;
        private final List<Integer> made = new ArrayList<>();

        Numbers(String name, int count, boolean labelled) {
            this.name = name;
            this.count = count;
            this.labelled = labelled;
        }

        @Override
        public int count() {
            return count;
        }

        @Override
        public int imageSize() {
            return SIZE;
        }

        @Override
        public int channels() {
            return 3;
        }

        @Override
        public int[] labels(int from, int to) {
            return labelled ? IntStream.range(from, to).map(i -> 10 + i).toArray() : new int[0];
        }

        @Override
        public Tensor images(int from, int to, StepListener listener) {
            made.add(from);
            return level(from, to);
        }

        @Override
        public void check(int batchSize) {
            if (name.isEmpty()) {
                throw new UserError("Nothing can be made.");
            }
        }

        @Override
        public ObjectNode settings() {
            return JsonNodeFactory.instance.objectNode().put("name", name);
        }
    }

    @Test
    void handsOutEachBatchOnce() {
        Numbers source = new Numbers("a", 7, true);
        SamplingRun run = SamplingRun.of(source, 3);

        assertEquals(7, run.count());
        assertArrayEquals(new int[] {10, 11, 12, 13, 14, 15, 16}, run.labels());
        for (int from : new int[] {0, 3, 6}) {
            FinishedBatch batch = run.next();
            int to = Math.min(7, from + 3);
            assertEquals(from, batch.from());
            assertArrayEquals(level(from, to).toByteArray(), batch.images().toByteArray());
            assertArrayEquals(source.labels(from, to), batch.labels());
        }
        assertNull(run.next());
        assertNull(run.next());
        assertEquals(List.of(0, 3, 6), source.made);
        assertEquals(0, run.resumed());
        assertTrue(run.shards().isEmpty());
    }

    @Test
    void goesOnWhereItWasAndStartsOverFromWhatIsKept() {
        Path folder = temporary.resolve("deep/run");
        SamplingRun interrupted = SamplingRun.keptIn(folder, new Numbers("a", 7, true), 3);
        interrupted.next();
        interrupted.next();

        Numbers source = new Numbers("a", 7, true);
        SamplingRun again = SamplingRun.keptIn(folder, source, 3);
        assertArrayEquals(all(7), read(again));
        assertEquals(List.of(6), source.made);
        assertEquals(6, again.resumed());

        Numbers third = new Numbers("a", 7, true);
        assertArrayEquals(all(7), read(SamplingRun.keptIn(folder, third, 3)));
        assertEquals(List.of(), third.made, "a finished run is read from its folder");

        Numbers watched = new Numbers("a", 7, true);
        assertArrayEquals(all(7), read(SamplingRun.keptIn(folder, watched, 3).withListener(StepListener.none())));
        assertEquals(List.of(0, 3, 6), watched.made, "steps are gone, so they are taken again");
    }

    @Test
    void oneImageIsMadeByItselfUnlessItsBatchIsKept() {
        Numbers source = new Numbers("a", 7, true);
        SamplingRun run = SamplingRun.keptIn(temporary, source, 3);
        run.next();

        assertArrayEquals(level(1, 2).toByteArray(), run.image(1).toByteArray());
        assertArrayEquals(level(5, 6).toByteArray(), run.image(5).toByteArray());

        assertEquals(List.of(0, 5), source.made, "the first batch, then the sixth image alone");
    }

    @Test
    void aFolderIsOfOneRun() {
        SamplingRun.keptIn(temporary, new Numbers("a", 7, true), 3).next();
        assertThrows(UserError.class, () -> SamplingRun.keptIn(temporary, new Numbers("b", 7, true), 3));
        assertThrows(UserError.class, () -> SamplingRun.keptIn(temporary, new Numbers("a", 7, true), 4));
        Path other = temporary.resolve("other");
        assertThrows(UserError.class, () -> SamplingRun.keptIn(other, new Numbers("", 7, true), 3));
        assertTrue(Files.notExists(other), "nothing is written for what cannot be made");
    }

    @Test
    void batchesAreJoinedAsPublished() {
        for (boolean labelled : new boolean[] {true, false}) {
            Path folder = temporary.resolve("run");
            Path file = temporary.resolve("deep").resolve("samples.npz");
            SamplingRun run = SamplingRun.keptIn(folder, new Numbers("a", 7, labelled), 3);
            read(run);
            SampleShards shards = run.shards().orElseThrow();
            shards.join(run.count(), file);

            Map<String, Tensor> written = Npz.read(file);
            assertArrayEquals(
                    new long[] {7, SIZE, SIZE, 3}, written.get("arr_0").shape());
            assertArrayEquals(all(7), written.get("arr_0").toByteArray());
            assertEquals(labelled ? Set.of("arr_0", "arr_1") : Set.of("arr_0"), written.keySet());
            if (labelled) {
                assertArrayEquals(
                        new long[] {10, 11, 12, 13, 14, 15, 16},
                        written.get("arr_1").toLongArray());
            }
            shards.delete();
            assertTrue(Files.notExists(folder));
        }
    }

    private static byte[] read(SamplingRun run) {
        byte[] all = new byte[run.count() * IMAGE];
        int at = 0;
        for (FinishedBatch batch = run.next(); batch != null; batch = run.next()) {
            byte[] images = batch.images().toByteArray();
            System.arraycopy(images, 0, all, at, images.length);
            at += images.length;
        }
        assertEquals(all.length, at);
        return all;
    }

    private static byte[] all(int count) {
        return level(0, count).toByteArray();
    }

    private static Tensor level(int from, int to) {
        byte[] levels = new byte[(to - from) * IMAGE];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) (from + i / IMAGE);
        }
        return Tensor.of(levels, to - from, SIZE, SIZE, 3);
    }
}
