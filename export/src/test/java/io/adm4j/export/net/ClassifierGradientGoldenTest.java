package io.adm4j.export.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.Golden;
import io.adm4j.export.importer.torch.TorchCheckpoint;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The classifier's gradient is the published implementation's, whatever the batch size. */
class ClassifierGradientGoldenTest {
    private static final List<String> INPUTS = List.of("x", "t", "y");

    static List<String> cases() {
        return Golden.cases("classifier-");
    }

    @Test
    void thereAreCases() {
        assertFalse(cases().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void matches(String name) throws IOException {
        Map<String, Tensor> golden = Npz.read(Golden.file(name + ".npz"));
        try (OnnxSession session = session(name)) {
            long n = golden.get("x").dim(0);
            for (long batch : new long[] {n, 1, 2, 5}) {
                // Rows of the case over and over, until the batch is full.
                long[] rows = new long[(int) batch];
                Arrays.setAll(rows, i -> i % n);
                Map<String, Tensor> in = new LinkedHashMap<>();
                INPUTS.forEach(k -> in.put(k, pick(golden.get(k), rows)));
                Map<String, Tensor> out = session.run(in);
                close(pick(golden.get("log_prob"), rows), out.get("log_prob"));
                close(pick(golden.get("grad"), rows), out.get("grad"));
            }
        }
    }

    private static OnnxSession session(String name) throws IOException {
        ClassifierConfig config = ClassifierConfig.fromFlags(
                new ObjectMapper().readTree(Golden.file(name + ".json").toFile()));
        Map<String, Tensor> weights = new LinkedHashMap<>();
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(Golden.file(name + ".pt"))) {
            checkpoint.names().forEach(w -> weights.put(w, checkpoint.readFloat32(w)));
        }
        return OnnxSession.open(ClassifierGradientGraph.model(config, weights).bytes(), Device.CPU, 0);
    }

    private static Tensor pick(Tensor t, long[] rows) {
        long[] shape = t.shape();
        shape[0] = rows.length;
        Tensor picked = Tensor.zeros(t.type(), shape);
        ByteBuffer to = picked.bytes();
        for (long r : rows) {
            to.put(t.rows(r, r + 1).bytes());
        }
        return picked;
    }

    private static void close(Tensor expected, Tensor actual) {
        assertArrayEquals(expected.shape(), actual.shape());
        assertEquals(ElementType.FLOAT32, actual.type());
        float[] e = expected.toFloatArray();
        float[] a = actual.toFloatArray();
        double largest = 0;
        for (float v : e) {
            largest = Math.max(largest, Math.abs(v));
        }
        double worst = 0;
        for (int i = 0; i < e.length; i++) {
            // Gradients are small: an absolute bound alone would let a wrong one pass.
            double allowed = Math.min(2e-5 + 1e-4 * Math.abs(e[i]), 1e-3 * largest);
            worst = Math.max(worst, Math.abs(a[i] - e[i]) / allowed);
        }
        double w = worst;
        assertTrue(worst <= 1, () -> "The largest difference is " + w + " times what is allowed.");
    }
}
