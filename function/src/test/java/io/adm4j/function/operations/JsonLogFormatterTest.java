package io.adm4j.function.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.Test;

class JsonLogFormatterTest {
    private final JsonLogFormatter formatter = new JsonLogFormatter();

    private JsonNode line(ExtLogRecord record) throws JsonProcessingException {
        String line = formatter.format(record);
        assertEquals(line.length() - 1, line.indexOf('\n'), "one line");
        return new JsonMapper().readTree(line);
    }

    private static ExtLogRecord record(String message) {
        return new ExtLogRecord(Level.INFO, message, ExtLogRecord.FormatStyle.PRINTF, "test");
    }

    @Test
    void aFailureIsOneLineToo() throws JsonProcessingException {
        ExtLogRecord record = record("a \"quoted\"\nmessage");
        record.setLoggerName("io.adm4j.X");
        record.setThrown(new IllegalStateException("why"));
        record.putMdc("requestId", "r1");
        JsonNode json = line(record);
        assertEquals("a \"quoted\"\nmessage", json.get("message").asText());
        assertEquals("INFO", json.get("level").asText());
        assertEquals("io.adm4j.X", json.get("logger").asText());
        assertEquals("r1", json.get("requestId").asText());
        assertTrue(json.get("time").asText().matches("\\d{4}-\\d\\d-\\d\\dT.*Z"), json.toString());
        assertTrue(json.get("exception").asText().startsWith("java.lang.IllegalStateException: why\n\tat "));
    }

    @Test
    void anAccessLineHasFields() throws JsonProcessingException {
        ExtLogRecord record = record("%s");
        record.setParameters(new Object[] {new AccessLine("GET", "/sample", 200, 12, 345, 2, "alice", 7)});
        JsonNode json = line(record);
        assertEquals(
                "GET /sample 200 12 ms 345 B images=2 client=alice (7 lines of refused requests left out before)",
                json.get("message").asText());
        assertEquals(200, json.get("status").intValue());
        assertEquals(12, json.get("milliseconds").intValue());
        assertEquals(345, json.get("bytes").intValue());
        assertEquals(2, json.get("images").intValue());
        assertEquals("/sample", json.get("path").asText());
        assertEquals("alice", json.get("client").asText());
        assertEquals(7, json.get("leftOut").intValue());
    }
}
