package io.adm4j.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights beside a graph are part of the bundle; a graph cannot take anything else. */
class ExternalDataTest {
    private static final String DATA = "denoiser.onnx.data";

    @TempDir
    Path parent;

    @Test
    void weightsBesideAGraphAreListedVerifiedAndUsed() throws IOException {
        Path folder = bundle(scaling(DATA));
        ModelBundle bundle = ModelBundle.load(folder);
        assertEquals(4, bundle.manifest().files().get(DATA).bytes());
        try (OnnxSession session = open(bundle)) {
            assertScales(session);
        }
        Files.write(folder.resolve(DATA), number(3));
        String message = assertThrows(BundleException.class, () -> open(bundle)).getMessage();
        assertTrue(message.contains("the checksum of " + DATA), message);
        Files.delete(folder.resolve(DATA));
        message = assertThrows(BundleException.class, () -> ModelBundle.load(folder))
                .getMessage();
        assertTrue(message.contains("lacks its file " + DATA), message);
    }

    /** ONNX Runtime maps weights: those that others can change are copied first, and the copies do not stay. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void weightsThatOthersCanChangeAreCopied() throws IOException {
        Path folder = bundle(scaling(DATA));
        ModelBundle bundle = ModelBundle.load(folder);
        Files.setPosixFilePermissions(folder.resolve(DATA), PosixFilePermissions.fromString("rw-rw-rw-"));
        List<Path> before = copies();
        try (OnnxSession session = open(bundle)) {
            Files.write(folder.resolve(DATA), number(7));
            assertScales(session);
            assertEquals(before, copies());
        }
        BundleException refusal = assertThrows(BundleException.class, () -> open(bundle));
        assertTrue(refusal.getMessage().contains("the checksum of " + DATA), refusal.getMessage());
        assertEquals(before, copies());
    }

    /** Each session reads the graph anew, and none runs what was not checked. */
    @Test
    void aGraphThatChangedAfterLoadingDoesNotRun() throws IOException {
        Path folder = bundle(scaling(DATA));
        ModelBundle bundle = ModelBundle.load(folder);
        Path graph = folder.resolve(ModelBundle.DENOISER);
        byte[] whole = Files.readAllBytes(graph);
        byte[] changed = whole.clone();
        changed[whole.length / 2] ^= 1;
        Files.write(graph, changed);
        assertThrows(BundleException.class, () -> open(bundle));
        assertThrows(BundleException.class, () -> bundle.path(ModelBundle.DENOISER));
        Files.write(graph, Arrays.copyOf(whole, whole.length + 1));
        assertThrows(BundleException.class, () -> open(bundle));
        Files.write(graph, whole);
        try (OnnxSession session = open(bundle)) {
            assertScales(session);
        }
        assertEquals(whole.length + 4, bundle.graph(ModelBundle.DENOISER).bytes());
    }

    private static OnnxSession open(ModelBundle bundle) {
        return OnnxSession.open(bundle.graph(ModelBundle.DENOISER), Device.CPU, 1);
    }

    private static void assertScales(OnnxSession session) {
        Tensor out = session.run(Map.of("x", Tensor.of(new float[] {2, -4}, 2))).get("out");
        assertArrayEquals(new float[] {5, -10}, out.toFloatArray());
    }

    private static List<Path> copies() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(p -> p.getFileName().toString().startsWith("adm4j-weights"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret",
                "/etc/passwd",
                "sub/../denoiser.onnx.data",
                "./denoiser.onnx.data",
                "other.data",
                "",
                "model.json",
                "two\nlines"
            })
    void otherFilesAreRefused(String location) throws IOException {
        Files.write(parent.resolve("secret"), number(1));
        BundleException refusal = assertThrows(BundleException.class, () -> bundle(scaling(location)));
        assertTrue(
                refusal.getMessage().contains("cannot be trusted: denoiser.onnx takes weights from"),
                refusal.getMessage());
        assertTrue(refusal.getMessage().endsWith(".") && !refusal.getMessage().contains("\n"), refusal.getMessage());
    }

    @Test
    void tensorsInAttributesAreFoundToo() throws IOException {
        byte[] graph = new TinyGraph()
                .externalInAttribute("c", "../secret")
                .floatOutput("c")
                .bytes();
        Path file = Files.write(parent.resolve("graph.onnx"), graph);
        assertEquals(Set.of("../secret"), ExternalData.locations(file));
    }

    @Test
    void graphsWithEverythingInsideNameNoFiles() throws IOException {
        ModelBundle bundle = TinyBundle.write(parent.resolve("bundle"), 8, true, List.of("a", "b"));
        assertEquals(Set.of(), ExternalData.locations(bundle.path(ModelBundle.DENOISER)));
        assertEquals(Set.of(), ExternalData.locations(bundle.path(ModelBundle.CLASSIFIER_GRADIENT)));
    }

    /** Every way to cut or change a graph ends in a bundle error or in names, never in anything else. */
    @Test
    void damagedGraphsDoNoHarm() throws IOException {
        byte[] whole = scaling(DATA);
        Path file = parent.resolve("graph.onnx");
        for (int length = 0; length < whole.length; length++) {
            walk(file, Arrays.copyOf(whole, length));
        }
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            walk(file, changed);
        }
        byte[] text = "This is no graph.".getBytes(StandardCharsets.UTF_8);
        Files.write(file, text);
        String message = assertThrows(BundleException.class, () -> ExternalData.locations(file))
                .getMessage();
        assertTrue(message.contains("is no ONNX graph"), message);
    }

    private static void walk(Path file, byte[] graph) throws IOException {
        Files.write(file, graph);
        try {
            ExternalData.locations(file);
        } catch (BundleException e) {
            assertTrue(e.getMessage().contains("is no ONNX graph"), e.getMessage());
        }
    }

    private Path bundle(byte[] denoiser) throws IOException {
        Path folder = parent.resolve("bundle");
        try (BundleWriter writer = BundleWriter.create(folder)) {
            Files.write(writer.file(ModelBundle.DENOISER), denoiser);
            Files.write(writer.file(DATA), number(2.5f));
            writer.finish(TinyBundle.description(8, false, List.of("a")));
        }
        return folder;
    }

    /** {@code out = x} times the number in another file. */
    private static byte[] scaling(String location) {
        return new TinyGraph()
                .floatInput("x", -1)
                .floatOutput("out", -1)
                .external("factor", location)
                .node("Mul", "out", "x", "factor")
                .bytes();
    }

    private static byte[] number(float value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array();
    }
}
