package io.adm4j.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphSourceTest {
    @TempDir
    Path folder;

    @Test
    void smallGraphsAreReadAndLargeOnesAreNot() throws IOException {
        Path small = Files.write(folder.resolve("small.onnx"), new byte[] {1, 2, 3});
        Files.write(folder.resolve("small.onnx.data"), new byte[10]);
        assertEquals(13, GraphSource.of(small).bytes());
        try (GraphContent content = GraphSource.of(small).open()) {
            assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3}), content.bytes().orElseThrow());
        }
        Path large = folder.resolve("large.onnx");
        try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
            sparse.setLength(GraphSource.LARGEST_IN_MEMORY + 1L);
        }
        try (GraphContent content = GraphSource.of(large).open()) {
            assertTrue(content.bytes().isEmpty());
            assertEquals(large.toRealPath(), content.file());
        }
    }

    @Test
    void whatIsNoFileIsRefused() {
        assertRefused(folder.resolve("absent.onnx"), "There is no file");
        assertRefused(folder, "is no file");
    }

    private static void assertRefused(Path file, String part) {
        String message = assertThrows(RuntimeFailure.class, () -> OnnxSession.open(file, Device.CPU, 1))
                .getMessage();
        assertTrue(message.contains(part) && message.endsWith("."), message);
    }
}
