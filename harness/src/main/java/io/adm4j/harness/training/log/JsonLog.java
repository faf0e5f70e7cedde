package io.adm4j.harness.training.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingStart;
import io.adm4j.io.DiskWait;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The log of a run as JSON lines, {@code log.jsonl}: one object per optimizer step, with the names of {@link TrainingLog}.
 * A value that is not finite is null; a loss of a quartile without images is left out.
 */
public final class JsonLog implements TrainingListener {
    private final ObjectMapper mapper = new ObjectMapper();
    private final Path file;
    private final DiskWait wait;
    private @Nullable StepLines lines;

    public JsonLog(Path file) {
        this(file, DiskWait.none());
    }

    /** @param wait for each line while the disk is full */
    public JsonLog(Path file, DiskWait wait) {
        this.file = file;
        this.wait = wait;
    }

    /** @throws io.adm4j.feedback.UserError if the file cannot be written */
    @Override
    public void started(TrainingStart start) {
        lines = StepLines.open(file, null, start.step(), this::stepOf, wait);
    }

    private long stepOf(String line) {
        try {
            JsonNode step = mapper.readTree(line).path("step");
            return step.isIntegralNumber() ? step.asLong() : Long.MAX_VALUE;
        } catch (JsonProcessingException e) {
            return Long.MAX_VALUE;
        }
    }

    /** @throws io.adm4j.feedback.UserError if the file cannot be written */
    @Override
    public void step(StepReport report) {
        ObjectNode json = mapper.createObjectNode();
        StepValues.of(report).forEach((name, value) -> {
            if (value instanceof Long whole) {
                json.put(name, whole);
            } else if (Double.isFinite(value.doubleValue())) {
                json.put(name, value.doubleValue());
            } else {
                json.putNull(name);
            }
        });
        Objects.requireNonNull(lines).add(json.toString());
    }

    @Override
    public void ended() {
        if (lines != null) {
            lines.close();
        }
    }
}
