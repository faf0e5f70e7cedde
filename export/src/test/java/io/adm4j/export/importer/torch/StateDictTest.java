package io.adm4j.export.importer.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.importer.CheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
    void ofSeveralTheMovingAverageIsTaken() {
        assertEquals("ema", entry("model", "ema", "opt_weights"));
        assertEquals("model_ema", entry("model", "model_ema"));
        assertEquals("EMA", entry("EMA", "model"));
        // Names that only look like it.
        assertEquals("model", entry("model", "schema"));
    }

    @Test
    void withoutAnAverageTheUsualNameIsTaken() {
        assertEquals("model", entry("model", "discriminator"));
        assertEquals("state_dict", entry("generator", "state_dict"));
    }

    @Test
    void severalWithoutADefaultAreListed() {
        for (String[] names :
                new String[][] {{"a", "b"}, {"ema_0.99", "ema_0.999", "model"}, {"model", "state_dict"}}) {
            String message =
                    assertThrows(CheckpointException.class, () -> entry(names)).getMessage();
            assertTrue(message.contains("several state dicts ('" + names[0] + "', '" + names[1] + "'"), message);
            assertTrue(message.endsWith("--entry NAME."), message);
        }
    }

    @Test
    void theWantedEntryIsTaken() {
        Path file = PickleBytes.archive(folder.resolve("w.pt"), container("model", "ema"), new byte[24]);
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file, Optional.of("model"))) {
            assertEquals("model", checkpoint.chosenEntry());
            assertEquals(List.of("model", "ema"), checkpoint.entries());
        }
        String message = assertThrows(CheckpointException.class, () -> TorchCheckpoint.open(file, Optional.of("emma")))
                .getMessage();
        assertTrue(message.contains("no state dict 'emma'") && message.contains("'model', 'ema'"), message);
    }

    /** As where a program saves the same dict twice. */
    @Test
    void oneDictUnderTwoNamesIsFoundUnderBoth() {
        PickleBytes p = new PickleBytes().op('}').text("model");
        dict(p, "w").op('q').op(1).op('s').text("ema").op('h').op(1).op('s');
        Path file = PickleBytes.archive(folder.resolve("w.pt"), p.end(), new byte[24]);
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            assertEquals("ema", checkpoint.chosenEntry());
            assertEquals(List.of("model", "ema"), checkpoint.entries());
        }
    }

    @Test
    void dictsWithinDictsAreFound() {
        PickleBytes p = new PickleBytes().op('}').text("step").tensor(6, 0, new long[] {1}, new long[] {1});
        p.op('s').text("nets").op('}');
        dict(p.text("ema"), "w", "v").op('s').op('s');

        try (TorchCheckpoint checkpoint =
                TorchCheckpoint.open(PickleBytes.archive(folder.resolve("w.pt"), p.end(), new byte[24]))) {
            assertEquals("nets/ema", checkpoint.chosenEntry());
            assertEquals(Set.of("w", "v"), checkpoint.names());
        }
    }

    @Test
    void modulesOfAnArchiveAreNamedByTheWayToThem() {
        PickleBytes p = module(new PickleBytes(), "Clip").op('}').text("visual");
        dict(module(p, "Tower"), "proj")
                .op('b')
                .op('s')
                .text("training")
                .op(0x88)
                .op('s')
                .op('b');

        assertEquals(Set.of("visual.proj"), names(p));
    }

    /** As no program saves it: it would be searched for ever. */
    @Test
    void aModuleWithinItselfIsSearchedOnce() {
        PickleBytes p = module(new PickleBytes(), "Loop").op('q').op(1);
        dict(p, "w").text("again").op('h').op(1).op('s').op('b');

        assertEquals(Set.of("w"), names(p));
    }

    @Test
    void anArchiveOfModulesHasNoEntries() {
        PickleBytes p = dict(module(new PickleBytes(), "Net"), "w").op('b');
        Path file = PickleBytes.archive(folder.resolve("w.pt"), p.end(), new byte[24]);

        String message = assertThrows(CheckpointException.class, () -> TorchCheckpoint.open(file, Optional.of("ema")))
                .getMessage();
        assertTrue(message.contains("a TorchScript archive, which has no entries"), message);
        String empty = assertThrows(
                        CheckpointException.class,
                        () -> names(module(new PickleBytes(), "Net").op('}').op('b')))
                .getMessage();
        assertTrue(empty.contains("without weights"), empty);
    }

    private static PickleBytes module(PickleBytes p, String name) {
        return p.global("__torch__", name).op(')').op(0x81);
    }

    @Test
    void anOptimizersStateIsNamedAsSuch() {
        PickleBytes p = new PickleBytes().op('}').text("state").op('}').integer(0);
        dict(p, "step", "exp_avg", "exp_avg_sq").op('s').op('s');
        p.text("param_groups").op(']').op('s');

        String message = assertThrows(CheckpointException.class, () -> names(p)).getMessage();

        assertTrue(message.contains("an optimizer's state and no weights"), message);
    }

    @Test
    void whatIsNoTensorAmongTensorsIsLeftOut() {
        PickleBytes p = dict(new PickleBytes(), "w");
        p.text("steps").integer(7).op('s');

        assertEquals(Set.of("w"), names(p));
    }

    /** Settings of classes that are not known, in all ways in which a pickle builds objects. */
    @Test
    void objectsBesideTheTensorsHoldNothing() {
        PickleBytes p = new PickleBytes().op('}');
        p.text("args").global("argparse", "Namespace").op(')').op(0x81);
        p.op('}').text("lr").integer(1).op('s').op('b').op('s');
        p.text("path")
                .global("pathlib", "PosixPath")
                .op('(')
                .text("a")
                .op('t')
                .op('R')
                .op('s');
        p.text("counts")
                .global("collections", "defaultdict")
                .op('(')
                .global("builtins", "int")
                .op('t')
                .op('R');
        p.integer(3).integer(4).op('s').op('s');
        p.text("rng").op('C').op(3).op(1).op(2).op(3).op('s');
        p.text("seed").op(0x8a).op(12).number(12, 5).op('s');
        p.text("set").op(0x8f).op('(').integer(1).op(0x90).op('s');
        p.op(')').integer(2).op('s');
        p.text("dtype").global("torch", "float32").op('s');
        dict(p.text("model"), "w").op('s');

        assertEquals(Set.of("w"), names(p));
    }

    @Test
    void aWholeModelIsNoStateDict() {
        PickleBytes p =
                new PickleBytes().global("nets.unet", "UNetModel").op(')').op(0x81);
        p.op('}').text("w").tensor(6, 0, SHAPE, STRIDES).op('s').op('b');

        String message = assertThrows(CheckpointException.class, () -> names(p)).getMessage();

        assertTrue(message.contains("'nets.unet.UNetModel'") && message.contains("state_dict()"), message);
    }

    private String entry(String... names) {
        Path file = PickleBytes.archive(folder.resolve("w.pt"), container(names), new byte[24]);
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            return checkpoint.chosenEntry();
        }
    }

    private static byte[] container(String... names) {
        PickleBytes p = new PickleBytes().op('}');
        for (String name : names) {
            dict(p.text(name), "w").op('s');
        }
        return p.end();
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
