package io.adm4j.harness.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleShardsTest {
    @TempDir
    Path folder;

    private static Tensor images(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return Tensor.of(bytes, values.length, 1, 1, 1);
    }

    @Test
    void batchesAreJoinedInOrder() {
        SampleShards shards = SampleShards.open(folder.resolve("parts"), "settings");
        shards.put(2, images(3), new int[] {7});
        shards.put(0, images(1, 2), new int[] {5, 6});
        assertTrue(shards.has(0) && shards.has(2) && !shards.has(1));
        Path out = folder.resolve("new/out.npz");
        shards.join(3, out);
        Map<String, Tensor> joined = Npz.read(out);
        assertArrayEquals(new byte[] {1, 2, 3}, joined.get("arr_0").toByteArray());
        assertArrayEquals(new long[] {5, 6, 7}, joined.get("arr_1").toLongArray());
        assertEquals(2, shards.images(0).dim(0));
    }

    /** A process that was killed leaves the temporary file of its last batch. */
    @Test
    void unfinishedBatchesDoNotCountAndAreDeletedToo() throws IOException {
        Path parts = folder.resolve("parts");
        SampleShards shards = SampleShards.open(parts, "settings");
        shards.put(0, images(1), new int[0]);
        Files.writeString(parts.resolve("shard-000000001.npz.part"), "half");
        assertFalse(shards.has(1));
        shards.delete();
        assertFalse(Files.exists(parts));
    }
}
