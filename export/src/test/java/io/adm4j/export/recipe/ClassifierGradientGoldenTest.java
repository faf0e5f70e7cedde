package io.adm4j.export.recipe;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.adm4j.Golden;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.Tensor;
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
        return GoldenCase.networks("classifier-");
    }

    @Test
    void thereAreCases() {
        assertFalse(cases().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void matches(String name) {
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
                GoldenCase.assertClose("log_prob", pick(golden.get("log_prob"), rows), out.get("log_prob"), 2e-5, 1e-4);
                GoldenCase.assertGradient("grad", pick(golden.get("grad"), rows), out.get("grad"));
            }
        }
    }

    private static OnnxSession session(String name) {
        ClassifierConfig config = ClassifierConfig.fromFlags(GoldenCase.json(name));
        byte[] model = ClassifierGradientGraph.of(config)
                .withWeights(GoldenCase.weights(name))
                .bytes();
        return OnnxSession.open(model, Device.CPU, 0);
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
}
