package io.adm4j.function.operations;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;

/** One JSON object a line: time, level, logger, thread, message, what the context holds (request and trace), and a failure's trace. */
final class JsonLogFormatter extends ExtFormatter {
    private final JsonFactory json = new JsonFactory();

    @Override
    public String format(ExtLogRecord record) {
        StringWriter line = new StringWriter();
        try (JsonGenerator out = json.createGenerator(line)) {
            out.writeStartObject();
            out.writeStringField(
                    "time", record.getInstant().truncatedTo(ChronoUnit.MILLIS).toString());
            out.writeStringField("level", record.getLevel().getName());
            out.writeStringField("logger", record.getLoggerName());
            out.writeStringField("thread", record.getThreadName());
            out.writeStringField("message", formatMessage(record));
            for (Map.Entry<String, String> entry : new TreeMap<>(record.getMdcCopy()).entrySet()) {
                out.writeStringField(entry.getKey(), entry.getValue());
            }
            if (record.getParameters() != null
                    && record.getParameters().length == 1
                    && record.getParameters()[0] instanceof AccessLine access) {
                write(out, access);
            }
            if (record.getThrown() != null) {
                StringWriter trace = new StringWriter();
                record.getThrown().printStackTrace(new PrintWriter(trace));
                out.writeStringField("exception", trace.toString());
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.append('\n').toString();
    }

    private static void write(JsonGenerator out, AccessLine access) throws IOException {
        out.writeStringField("method", access.method());
        out.writeStringField("path", access.path());
        out.writeNumberField("status", access.status());
        out.writeNumberField("milliseconds", access.milliseconds());
        out.writeNumberField("bytes", access.bytes());
        out.writeNumberField("images", access.images());
        out.writeStringField("client", access.client());
        out.writeNumberField("leftOut", access.leftOut());
    }
}
