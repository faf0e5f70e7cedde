package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.io.FileTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The files of a checkpoint's folder: {@code state.json} has the size and the CRC-32C of each of the others, so that it is
 * known whether they are whole.
 */
final class CheckpointFiles {
    static final String STATE = "state.json";
    private static final int BUFFER = 1 << 20;

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path folder;

    CheckpointFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * Completes a folder that has all files but the state, and waits until everything is on the disk.
     *
     * @param state modified: gets the sizes and checksums
     */
    void seal(ObjectNode state) throws IOException {
        ObjectNode files = state.putObject("files");
        for (Path file : files()) {
            files.putObject(name(file)).put("bytes", Files.size(file)).put("crc32c", checksum(file));
        }
        Files.writeString(folder.resolve(STATE), mapper.writeValueAsString(state));
        FileTree.sync(folder);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private String name(Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    /**
     * Reads the state.
     *
     * @throws DamagedCheckpointException if it is missing or cannot be parsed
     */
    JsonNode state() {
        Path file = folder.resolve(STATE);
        try {
            JsonNode state = mapper.readTree(file.toFile());
            if (state.isObject()) {
                return state;
            }
        } catch (IOException e) {
            if (!Files.exists(file)) {
                throw new DamagedCheckpointException("it has no " + STATE);
            }
        }
        throw new DamagedCheckpointException("its " + STATE + " cannot be parsed");
    }

    /**
     * Checks that the files are those that were saved. Reads all of them.
     *
     * @throws DamagedCheckpointException if they are not
     */
    void verify(JsonNode state) {
        for (Map.Entry<String, JsonNode> saved : state.path("files").properties()) {
            problem(folder.resolve(saved.getKey()), saved.getValue()).ifPresent(problem -> {
                throw new DamagedCheckpointException(saved.getKey() + " " + problem);
            });
        }
    }

    private static Optional<String> problem(Path file, JsonNode saved) {
        try {
            long size = Files.size(file);
            long bytes = saved.path("bytes").asLong();
            if (size != bytes) {
                return Optional.of("has " + size + " of " + bytes + " bytes");
            }
            return checksum(file).equals(saved.path("crc32c").asText())
                    ? Optional.empty()
                    : Optional.of("has another checksum than when it was saved");
        } catch (NoSuchFileException e) {
            return Optional.of("is missing");
        } catch (IOException e) {
            return Optional.of("could not be read: " + e.getMessage());
        }
    }

    private static String checksum(Path file) throws IOException {
        CRC32C checksum = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer) >= 0) {
                checksum.update(buffer.flip());
                buffer.clear();
            }
        }
        return Long.toHexString(checksum.getValue());
    }
}
