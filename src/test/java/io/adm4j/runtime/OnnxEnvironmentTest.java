package io.adm4j.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.bundle.TinyGraph;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OnnxEnvironmentTest {
    @TempDir
    private Path folder;

    /** As when a server answers its last requests on SIGTERM. */
    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void sessionsRunOnWhileTheProcessEnds() throws IOException, InterruptedException {
        Path said = folder.resolve("said.txt");
        ProcessBuilder command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // All sessions share a pool of threads, whatever the machine has.
                        "-XX:ActiveProcessorCount=2",
                        "-XX:ErrorFile=" + folder.resolve("crash.txt"),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        RunOn.class.getName())
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        // glibc overwrites freed memory, so that nobody can go on with it by luck.
        command.environment().put("MALLOC_PERTURB_", "165");

        assertEquals(RunOn.EXIT_CODE, command.start().waitFor(), () -> read(said));
        assertEquals(RunOn.RUNS + " runs", read(said).strip());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Ends while a shutdown hook still runs a graph, for longer than ONNX Runtime's own hook takes. */
    static final class RunOn {
        static final int EXIT_CODE = 17;
        static final int RUNS = 500;
        private static final int SIZE = 256;

        private RunOn() {}

        public static void main(String[] args) {
            byte[] graph = new TinyGraph()
                    .floatInput("x", SIZE, SIZE)
                    .node("MatMul", "out", "x", "x")
                    .floatOutput("out", SIZE, SIZE)
                    .bytes();
            OnnxSession session = OnnxSession.open(graph, Device.CPU, 0);
            float[] first = run(session);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                for (int i = 0; i < RUNS; i++) {
                    if (!Arrays.equals(first, run(session))) {
                        System.out.println("Run " + i + " differs.");
                    }
                }
                System.out.println(RUNS + " runs");
            }));
            System.exit(EXIT_CODE);
        }

        private static float[] run(OnnxSession session) {
            float[] x = new float[SIZE * SIZE];
            Arrays.fill(x, 1);
            return session.run(Map.of("x", Tensor.of(x, SIZE, SIZE))).get("out").toFloatArray();
        }
    }
}
