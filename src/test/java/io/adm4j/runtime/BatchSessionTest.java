package io.adm4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyGraph;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchSessionTest {
    @TempDir
    private Path folder;

    private Path model;

    /** out = 2x + y, row by row. */
    @BeforeEach
    void writeGraph() throws IOException {
        model = folder.resolve("graph.onnx");
        Files.write(
                model,
                new TinyGraph()
                        .floatInput("x", -1, 3)
                        .floatInput("y", -1, 1)
                        .constant("two", 2f)
                        .node("Mul", "twice", "x", "two")
                        .node("Add", "out", "twice", "y")
                        .floatOutput("out", -1, 3)
                        .bytes());
    }

    @ParameterizedTest
    @CsvSource({"1,0", "7,0", "16,0", "1,1", "5,1", "1,3", "2,3", "3,3", "7,3", "17,3", "64,4"})
    void everyRowComesBackInItsPlace(int rows, int threads) {
        try (BatchSession session = BatchSession.open(model, Device.CPU, threads)) {
            assertRows(session, rows);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "16,1", "16,2", "16,5", "3,2", "7,64"})
    void splitBatchesComeBackWhole(int rows, int largestShare) {
        for (int threads = 0; threads <= 3; threads++) {
            try (BatchSession session = BatchSession.openSplitting(model, Device.CPU, threads, largestShare)) {
                assertRows(session, rows);
            }
        }
    }

    /** The graph gives each row the number of rows that it ran with. */
    @ParameterizedTest
    @CsvSource({
        "true, 2, 5, 16, '5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 1'",
        "true, 2, 5, 3, '2 2 1'",
        "true, 1, 2, 3, '2 2 1'",
        "true, 4, 8, 2, '1 1'",
        "true, 2, 8, 1, '1'",
        "false, 2, 8, 3, '3 3 3'",
        "false, 2, 8, 4, '2 2 2 2'",
        "false, 1, 8, 3, '3 3 3'"
    })
    void onlyASplittingSessionSplitsUnevenly(boolean splitting, int threads, int largest, int rows, String sizes)
            throws IOException {
        Path counting = folder.resolve("counting.onnx");
        Files.write(
                counting,
                new TinyGraph()
                        .floatInput("x", -1, 1)
                        .constant("first", new long[] {0})
                        .node("Shape", "shape", "x")
                        .node("Gather", "rows", "shape", "first")
                        .castToFloat("number", "rows")
                        .node("Add", "out", "x", "number")
                        .floatOutput("out", -1, 1)
                        .bytes());
        try (BatchSession session = splitting
                ? BatchSession.openSplitting(counting, Device.CPU, threads, largest)
                : BatchSession.open(counting, Device.CPU, threads)) {
            float[] out = session.run(Map.of("x", Tensor.of(new float[rows], rows, 1)))
                    .get("out")
                    .toFloatArray();

            assertEquals(
                    sizes,
                    IntStream.range(0, rows)
                            .mapToObj(i -> String.valueOf((int) out[i]))
                            .collect(Collectors.joining(" ")));
        }
    }

    private static void assertRows(BatchSession session, int rows) {
        float[] x = new float[rows * 3];
        float[] y = new float[rows];
        float[] expected = new float[rows * 3];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
            y[i / 3] = -Math.floorDiv(i, 3);
            expected[i] = 2 * i - i / 3;
        }
        Tensor out = session.run(Map.of("x", Tensor.of(x, rows, 3), "y", Tensor.of(y, rows, 1)))
                .get("out");

        assertArrayEquals(new long[] {rows, 3}, out.shape());
        assertArrayEquals(expected, out.toFloatArray());
    }

    @Test
    void severalThreadsMayRunAtOnce() {
        try (BatchSession session = BatchSession.open(model, Device.CPU, 2)) {
            IntStream.range(1, 200).parallel().forEach(rows -> assertRows(session, rows));
        }
    }

    @Test
    void aShareThatFailsFailsTheBatch() {
        try (BatchSession session = BatchSession.open(model, Device.CPU, 2)) {
            Tensor x = Tensor.of(new float[8], 4, 2);
            Tensor y = Tensor.of(new float[4], 4, 1);

            assertThrows(GraphFailure.class, () -> session.run(Map.of("x", x, "y", y)));
        }
    }

    @Test
    void anInterruptIsKeptForTheCaller() {
        try (BatchSession session = BatchSession.open(model, Device.CPU, 2)) {
            Thread.currentThread().interrupt();
            assertRows(session, 16);

            assertTrue(Thread.interrupted());
        }
    }

    /** As in a container with a CPU limit: the JVM knows of it, ONNX Runtime does not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void asManyThreadsAsTheJvmHasProcessors(int processors) throws IOException, InterruptedException {
        Path said = folder.resolve("said.txt");
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:ActiveProcessorCount=" + processors,
                        "-cp",
                        classPath,
                        ThreadCount.class.getName(),
                        model.toString())
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();

        assertEquals(0, process.waitFor());
        // The calling thread works too, so the pool of a session that takes all has one thread less.
        assertEquals(
                processors + " processors, " + (processors - 1) + " threads",
                Files.readString(said).strip());
    }

    /** Prints how many threads ONNX Runtime has started for a graph that uses all of them. */
    static final class ThreadCount {
        private ThreadCount() {}

        public static void main(String[] args) throws IOException {
            long before = threads();
            OnnxSession.open(Path.of(args[0]), Device.CPU, 0);
            System.out.println(OnnxEnvironment.processors() + " processors, " + (threads() - before) + " threads");
        }

        /** Threads that the JVM did not start itself have the name of the process's main thread. */
        private static long threads() throws IOException {
            String name = Files.readString(Path.of("/proc/self/comm"));
            try (var tasks = Files.list(Path.of("/proc/self/task"))) {
                return tasks.filter(task -> {
                            try {
                                return Files.readString(task.resolve("comm")).equals(name);
                            } catch (IOException e) {
                                return false;
                            }
                        })
                        .count();
            }
        }
    }
}
