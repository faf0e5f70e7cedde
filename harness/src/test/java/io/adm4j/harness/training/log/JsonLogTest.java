package io.adm4j.harness.training.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLogTest {
    @TempDir
    Path folder;

    @Test
    void aLineHasTheValuesOfAStep() throws IOException {
        JsonLog log = started(0);
        log.step(Reports.step(1, 0.001, 0.5, Double.NaN, 1.5));
        log.ended();

        assertEquals(new ObjectMapper().readTree("""
                                {"step":1,"lr":0.001,"loss":0.5,"mse":null,"seconds":1.5,"loss_q1":0.5,"grad_norm":3.0,
                                 "param_norm":7.0,"samples":4,"data_wait":0.25,"preparation":0.5,"forward_backward":1.0,
                                 "optimizer":2.0,"saving":4.0}"""), lines().get(0));
    }

    @Test
    void aResumedLogLosesLinesOfLaterStepsAndTheLineThatIsCut() throws IOException {
        JsonLog first = started(0);
        for (int step = 1; step <= 3; step++) {
            first.step(Reports.step(step, 1, 1, 1, step));
        }
        first.ended();
        Files.writeString(folder.resolve("log.jsonl"), "{\"step\":1,\"lr", StandardOpenOption.APPEND);

        JsonLog resumed = started(2);
        resumed.step(Reports.step(3, 1, 5, 1, 1));
        resumed.ended();

        List<JsonNode> lines = lines();
        assertEquals(
                List.of(1, 2, 3), lines.stream().map(l -> l.get("step").asInt()).toList());
        assertEquals(5, lines.get(2).get("loss").asDouble());
    }

    private JsonLog started(long step) {
        JsonLog log = new JsonLog(folder.resolve("log.jsonl"));
        log.started(Reports.start(step));
        return log;
    }

    private List<JsonNode> lines() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("log.jsonl"))) {
            lines.add(mapper.readTree(line));
        }
        return lines;
    }
}
