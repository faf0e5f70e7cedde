package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Initializer;
import io.adm4j.export.importer.torch.PickleBytes;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which weights of a file are taken, on a network of a few numbers. */
class WeightTransferTest {
    @TempDir
    Path folder;

    @Test
    void theEntryThatIsTakenOfSeveralIsSaid() {
        PickleBytes p = new PickleBytes().op('}');
        for (String entry : List.of("model", "ema")) {
            p.text(entry).op('}');
            p.text("w").tensor(6, 0, new long[] {2, 3}, new long[] {3, 1}).op('s');
            p.op('s');
        }
        ByteBuffer storage = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        storage.asFloatBuffer().put(new float[] {1, 2, 3, 4, 5, 6});
        Path file = PickleBytes.archive(folder.resolve("w.pt"), p.end(), storage.array());
        GraphBuilder network = new GraphBuilder();
        network.parameter("w", Initializer.zeros(), 2, 3);
        network.parameter("b", Initializer.ones(), 2);

        try (WeightSource source =
                WeightSource.open(file, TrainedNetwork.DENOISER, null, Optional.empty(), line -> {})) {
            WeightTransfer transfer = new WeightTransfer(source, network.parameters());

            assertFalse(transfer.isFutile());
            assertEquals(
                    List.of(
                            "Starting from " + file + ": 1 of 2 weight arrays taken.",
                            "Of its state dicts, the entry 'ema' is taken; --entry chooses another.",
                            "Starting fresh: 1 missing (b [2])."),
                    transfer.report());
            assertEquals("ema", transfer.origin().get("entry").asText());
            Map<String, Tensor> weights = transfer.over(InitialWeights.of(network.parameters(), 0));
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, weights.get("w").toFloatArray());
            assertArrayEquals(new float[] {1, 1}, weights.get("b").toFloatArray());
        }
        try (WeightSource source =
                WeightSource.open(file, TrainedNetwork.DENOISER, null, Optional.of("model"), line -> {})) {
            assertEquals("model", source.origin().get("entry").asText());
        }
        assertThrows(
                UserError.class,
                () -> WeightSource.open(file, TrainedNetwork.DENOISER, null, Optional.of("other"), line -> {}));
    }

    @Test
    void aTenthOfTheNetworkIsNeeded() {
        GraphBuilder network = new GraphBuilder();
        for (int i = 0; i < 10; i++) {
            network.parameter("w" + i, Initializer.zeros(), 2, 3);
        }
        PickleBytes p = new PickleBytes().op('}');
        p.text("w3").tensor(6, 0, new long[] {2, 3}, new long[] {3, 1}).op('s');
        Path file = PickleBytes.archive(folder.resolve("w.pt"), p.end(), new byte[24]);

        try (WeightSource source =
                WeightSource.open(file, TrainedNetwork.DENOISER, null, Optional.empty(), line -> {})) {
            assertFalse(new WeightTransfer(source, network.parameters()).isFutile());
            network.parameter("w10", Initializer.zeros(), 2, 3);
            assertTrue(new WeightTransfer(source, network.parameters()).isFutile());
        }
    }
}
