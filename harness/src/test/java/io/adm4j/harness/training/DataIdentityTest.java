package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.io.PngWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataIdentityTest {
    @TempDir
    Path folder;

    private final List<String> warnings = new ArrayList<>();
    private final ObjectNode description = JsonNodeFactory.instance.objectNode();
    private RunFolder run;
    private Path data;

    @BeforeEach
    void write() throws IOException {
        run = new RunFolder(folder.resolve("run"));
        data = Files.createDirectories(folder.resolve("data"));
        for (int i = 0; i < 3; i++) {
            byte[] pixels = new byte[8 * 8 * 3];
            pixels[0] = (byte) i;
            Files.write(data.resolve(i + ".png"), PngWriter.encode(pixels, 8, 8, 3));
        }
        description.putObject("data").put("path", data.toString());
    }

    @Test
    void muchDataIsReadInTheBackground() throws InterruptedException {
        try (DataIdentity identity = DataIdentity.ofNew(run, images(), description, 0, warnings::add)) {
            assertFalse(description.get("data").has("sha256"), "that would take hours");
            run.create(description);
            identity.start();
            identity.await();
        }

        assertEquals(images().checksum(), run.description().at("/data/sha256").asText());
        DataRecord record = DataRecord.read(run.path()).orElseThrow();
        assertEquals(images().checksum(), record.sha256().orElseThrow());
        assertEquals(List.of(), warnings);
    }

    @Test
    void contentsThatAreNotKnownYetCountByTheirTime() throws IOException {
        run.create(description);
        DataRecord.of(images().files()).write(run.path());

        DataIdentity.ofResumed(run, images(), 1, false, warnings::add).close();
        Files.setLastModifiedTime(data.resolve("1.png"), FileTime.fromMillis(1));
        DataIdentity.ofResumed(run, images(), 1, true, warnings::add).close();

        assertEquals(
                List.of(
                        "The data are not those that this run was trained on: 1.png (another time, contents not known)."),
                warnings);
        assertEquals(1, run.description().at("/data_changes/0/files").asInt());
    }

    @Test
    void aFileThatGoesMeanwhileIsAWarning() throws Exception {
        try (DataIdentity identity = DataIdentity.ofNew(run, images(), description, 0, warnings::add)) {
            run.create(description);
            Files.delete(data.resolve("1.png"));
            identity.start();
            identity.await();
        }

        assertEquals(1, warnings.size());
        assertTrue(
                warnings.get(0).startsWith("The checksums of the data are not recorded: The file "), warnings.get(0));
    }

    private Dataset images() {
        return Dataset.open(data, new DatasetOptions(8, Split.TRAIN));
    }
}
