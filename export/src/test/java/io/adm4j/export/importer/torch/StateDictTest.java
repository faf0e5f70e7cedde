package io.adm4j.export.importer.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.importer.CheckpointException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State dicts as training programs save them. */
class StateDictTest {
    private static final long[] SHAPE = {2, 3};
    private static final long[] STRIDES = {3, 1};

    @TempDir
    Path folder;

    @Test
    void aDictBesideOtherThingsIsFound() {
        PickleBytes p = new PickleBytes().op('}');
        p.text("epoch").integer(3).op('s');
        dict(p.text("state_dict"), "w").op('s');
        p.text("optimizer").op('}').text("lr").integer(1).op('s').op('s');

        assertEquals(Set.of("w"), names(p));
    }

    @Test
    void prefixesOfWrappersAreDropped() {
        assertEquals(Set.of("a.w", "b.w"), names(dict(new PickleBytes(), "module.a.w", "module.b.w")));
        assertEquals(Set.of("a.w"), names(dict(new PickleBytes(), "module._orig_mod.a.w")));
        assertEquals(Set.of("module.a", "b"), names(dict(new PickleBytes(), "module.a", "b")));
    }

    @Test
    void severalDictsAreAmbiguous() {
        PickleBytes p = new PickleBytes().op('}');
        dict(p.text("model"), "w").op('s');
        dict(p.text("ema"), "w").op('s');

        String message = assertThrows(CheckpointException.class, () -> names(p)).getMessage();

        assertTrue(message.contains("several state dicts ('model', 'ema')"), message);
        assertTrue(message.endsWith("."), message);
    }

    @Test
    void whatIsNoTensorAmongTensorsIsRefused() {
        PickleBytes p = dict(new PickleBytes(), "w");
        p.text("steps").integer(7).op('s');

        String message = assertThrows(CheckpointException.class, () -> names(p)).getMessage();

        assertTrue(message.contains("'steps'"), message);
    }

    private static PickleBytes dict(PickleBytes p, String... names) {
        p.op('}');
        for (String name : names) {
            p.text(name).tensor(6, 0, SHAPE, STRIDES).op('s');
        }
        return p;
    }

    private Set<String> names(PickleBytes pickle) {
        Path file = PickleBytes.archive(folder.resolve("w.pt"), pickle.end(), new byte[24]);
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            checkpoint
                    .names()
                    .forEach(name ->
                            assertArrayEquals(SHAPE, checkpoint.entry(name).shape()));
            return checkpoint.names();
        }
    }
}
