package io.adm4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyGraph;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxSessionTest {
    @TempDir
    Path folder;

    /** out = 2x. */
    private static OnnxSession doubling() {
        byte[] graph = new TinyGraph()
                .floatInput("x", -1, 3)
                .constant("two", 2f)
                .node("Mul", "out", "x", "two")
                .floatOutput("out", -1, 3)
                .bytes();
        return OnnxSession.open(graph, Device.CPU, 1);
    }

    @Test
    void aGraphIsDescribedAndRun() {
        try (OnnxSession session = doubling()) {
            TensorSpec input = session.inputs().get(0);
            assertEquals("x", input.name());
            assertEquals(ElementType.FLOAT32, input.type());
            assertArrayEquals(new long[] {-1, 3}, input.shape());
            assertEquals(
                    List.of("out"),
                    session.outputs().stream().map(TensorSpec::name).toList());
            Tensor x = Tensor.of(new float[] {1, 2, 3}, 1, 3);
            assertArrayEquals(
                    new float[] {2, 4, 6},
                    session.run(Map.of("x", x)).get("out").toFloatArray());
            Tensor out = Tensor.zeros(ElementType.FLOAT32, 1, 3);
            session.runInto(Map.of("x", x), Map.of("out", out));
            assertArrayEquals(new float[] {2, 4, 6}, out.toFloatArray());
            assertArrayEquals(new float[] {1, 2, 3}, x.toFloatArray());
        }
    }

    /** The code that calls names and types its inputs. */
    @Test
    void inputsOfOtherNamesOrTypesAreADefectOfTheCaller() {
        Tensor x = Tensor.of(new float[3], 1, 3);
        try (OnnxSession session = doubling()) {
            assertMessage(IllegalArgumentException.class, "needs an input 'x'", session, Map.of());
            assertMessage(IllegalArgumentException.class, "no input 'z'", session, Map.of("x", x, "z", x));
            assertMessage(
                    IllegalArgumentException.class,
                    "takes FLOAT32, not FLOAT64",
                    session,
                    Map.of("x", Tensor.of(new double[3], 1, 3)));
        }
    }

    @Test
    void aRunThatFailsIsNoMistakeOfTheUser() {
        try (OnnxSession session = doubling()) {
            Tensor wide = Tensor.of(new float[4], 1, 4);
            assertMessage(GraphFailure.class, "The graph failed", session, Map.of("x", wide));
            Tensor x = Tensor.of(new float[3], 1, 3);
            assertThrows(GraphFailure.class, () -> session.runInto(Map.of("x", x), Map.of("out", wide)));
        }
    }

    /** Four tebibytes. */
    @Test
    void tooLittleMemoryIsForTheUserToChange() {
        byte[] graph = new TinyGraph()
                .longInput("shape", 2)
                .constant("one", 1f)
                .node("Expand", "out", "one", "shape")
                .floatOutput("out", -1, -1)
                .bytes();
        try (OnnxSession session = OnnxSession.open(graph, Device.CPU, 1)) {
            assertMessage(
                    RuntimeFailure.class,
                    "lack of memory",
                    session,
                    Map.of("shape", Tensor.of(new long[] {1 << 20, 1 << 20}, 2)));
        }
    }

    @Test
    void filesThatAreNoGraphsAreNamed() throws IOException {
        Path text = Files.writeString(folder.resolve("text.onnx"), "no such thing");
        for (Path file : List.of(text, folder.resolve("missing.onnx"))) {
            RuntimeFailure e = assertThrows(RuntimeFailure.class, () -> OnnxSession.open(file, Device.CPU, 1));
            assertInstanceOf(UserError.class, e);
            assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        }
        assertThrows(RuntimeFailure.class, () -> OnnxSession.open(new byte[] {1, 2, 3}, Device.CPU, 1));
    }

    private static void assertMessage(
            Class<? extends RuntimeException> type, String part, OnnxSession session, Map<String, Tensor> values) {
        String message = assertThrows(type, () -> session.run(values)).getMessage();
        assertTrue(message.contains(part) && !message.contains("\n"), message);
    }
}
