package io.adm4j.export.importer.torch;

import static io.adm4j.export.importer.torch.SafetensorsBytes.floats;
import static io.adm4j.export.importer.torch.SafetensorsBytes.shorts;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.FuzzRun;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Initializer;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsCheckpointTest {
    @TempDir
    Path folder;

    private Path written(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("x.safetensors"), bytes);
    }

    private static SafetensorsBytes several() {
        return new SafetensorsBytes()
                .metadata("{\"format\":\"pt\"}")
                .tensor("a", "F32", "[2,2]", floats(1, -2, 3.5f, 0))
                .tensor("half", "F16", "[2]", shorts(HalfFloat.bits(1.5f), HalfFloat.bits(-0.25f)))
                .tensor("brain", "BF16", "[3]", shorts(0x3F80, 0xC020, 0x4120))
                .tensor("steps", "I64", "[]", new byte[] {7, 1, 0, 0, 0, 0, 0, 0})
                .tensor("none", "F32", "[0,4]", new byte[0])
                .tensor("flags", "BOOL", "[2]", new byte[] {1, 0});
    }

    @Test
    void readsEveryTensorInItsTypeAndShape() throws IOException {
        try (SafetensorsCheckpoint file =
                SafetensorsCheckpoint.open(written(several().toByteArray()))) {
            assertEquals(List.of("a", "half", "brain", "steps", "none", "flags"), List.copyOf(file.names()));
            assertArrayEquals(new long[] {2, 2}, file.entry("a").shape());
            assertArrayEquals(new float[] {1, -2, 3.5f, 0}, file.read("a").toFloatArray());
            assertEquals(ElementType.FLOAT16, file.entry("half").type());
            assertEquals(HalfFloat.bits(-0.25f), file.read("half").bytes().getShort(2));
            assertEquals(ElementType.FLOAT32, file.entry("brain").type());
            assertArrayEquals(new float[] {1, -2.5f, 10}, file.read("brain").toFloatArray());
            assertEquals(263, file.read("steps").longs().get(0));
            assertEquals(0, file.read("none").size());
            assertArrayEquals(new byte[] {1, 0}, file.read("flags").toByteArray());
        }
    }

    @Test
    void knowsItsFilesByTheirBeginning() throws IOException {
        assertTrue(SafetensorsCheckpoint.begins(written(several().toByteArray())));
        assertFalse(SafetensorsCheckpoint.begins(written("PK\3\4 a zip archive".getBytes(StandardCharsets.US_ASCII))));
        assertFalse(SafetensorsCheckpoint.begins(written(new byte[3])));
    }

    @Test
    void aCheckpointIsOpenedByItsContent() throws IOException {
        Path misnamed = Files.write(folder.resolve("w.pt"), several().toByteArray());
        try (Checkpoint file = Checkpoint.open(misnamed)) {
            assertArrayEquals(
                    new float[] {1.5f, -0.25f}, file.readFloat32("half").toFloatArray());
            assertEquals(List.of(2L, 2L), file.shapes().get("a"));
            String message = assertThrows(CheckpointException.class, () -> file.readFloat32("steps"))
                    .getMessage();
            assertTrue(message.contains("'steps'") && message.contains("integers"), message);
        }
        try (Checkpoint file = Checkpoint.open(TorchCheckpointTest.resource("variety.pt"))) {
            assertTrue(file instanceof TorchCheckpoint);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void weightsThatAreNotFiniteAreRefused(float value) throws IOException {
        Path file = written(new SafetensorsBytes()
                .tensor("fine", "F32", "[2]", floats(1, Float.MAX_VALUE))
                .tensor("broken", "F32", "[3]", floats(1, 2, value))
                .toByteArray());
        GraphBuilder graph = new GraphBuilder();
        graph.parameter("fine", Initializer.zeros(), 2);
        graph.parameter("broken", Initializer.zeros(), 3);

        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Map<String, Tensor> weights = new WeightMatch(checkpoint, graph.parameters()).weights();
            assertEquals(2, weights.get("fine").size());
            String message = assertThrows(CheckpointException.class, () -> weights.get("broken"))
                    .getMessage();
            assertTrue(message.contains("'broken'") && message.contains(file.toString()), message);
            assertTrue(message.contains(value + " (element 2)"), message);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{x|no JSON",
                "[1]|no JSON object",
                "{\"a\":1}|no object",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}|incomplete",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}|does not fit",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}|whole numbers",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}|whole numbers",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}|whole numbers",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}|overflows",
                "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}}|not supported",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|gaps",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|cut short",
                "{}|behind its last tensor",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|overlap",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|no JSON"
            })
    void aDamagedHeaderIsOneSentence(String header, String why) throws IOException {
        Path file = written(SafetensorsBytes.file(header, new byte[4]));

        CheckpointException refused = assertThrows(
                CheckpointException.class,
                () -> SafetensorsCheckpoint.open(file).close());

        assertTrue(refused.getMessage().contains(why), refused.getMessage());
        assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
    }

    @Test
    void aHeaderLongerThanTheFileIsRefusedWithoutMemoryForIt() throws IOException {
        byte[] bytes = several().toByteArray();
        bytes[6] = 0x7f;
        Path file = written(bytes);

        assertThrows(
                CheckpointException.class,
                () -> SafetensorsCheckpoint.open(file).close());
    }

    @Test
    void hostileFilesEndInValuesOrOneSentence() throws InterruptedException {
        new FuzzRun(
                        new FuzzRun.Subject() {
                            @Override
                            public String kind(int number) {
                                return number % 2 == 0 ? "bytes" : "text";
                            }

                            @Override
                            public Path make(int number, SplittableRandom random) throws IOException {
                                byte[] bytes = several().toByteArray();
                                int changes = random.nextInt(4);
                                for (int i = 0; i < changes; i++) {
                                    int at = random.nextInt(number % 2 == 0 ? bytes.length : 400);
                                    bytes[at] = (byte)
                                            (number % 2 == 0
                                                    ? random.nextInt(256)
                                                    : "0123456789[]{}\",:-eF".charAt(random.nextInt(20)));
                                }
                                int length = random.nextInt(5) == 0 ? random.nextInt(bytes.length) : bytes.length;
                                return written(Arrays.copyOf(bytes, length));
                            }

                            @Override
                            public void read(Path file) {
                                try (SafetensorsCheckpoint opened = SafetensorsCheckpoint.open(file)) {
                                    opened.names().forEach(opened::read);
                                }
                            }
                        },
                        CheckpointException.class,
                        1 << 20,
                        64)
                .check();
    }
}
