package io.adm4j.harness.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The origin and checksum of a fetched file, kept beside it as {@code NAME.json}. Most publishers give no
 * checksums, so later uses are compared with the checksum of the first copy.
 *
 * @param source address or file it came from
 * @param bytes its length
 * @param sha256 64 lower-case hexadecimal digits
 * @param fetched when
 */
public record FetchRecord(String source, long bytes, String sha256, Instant fetched) {
    /** FileSource of a file that somebody put in the folder. */
    static final String BY_HAND = "put there by hand";

    /** Describes a file as it is now. */
    public static FetchRecord describing(Path file, String source) {
        try {
            return new FetchRecord(
                    source, Files.size(file), Sha256.of(file), Instant.now().truncatedTo(ChronoUnit.SECONDS));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Checks a file against its record, or records it if it has none.
     *
     * @throws UserError if it has changed since it was recorded
     */
    static FetchRecord check(Path file) {
        Path beside = beside(file);
        if (!Files.exists(beside)) {
            FetchRecord first = describing(file, BY_HAND);
            first.write(file);
            return first;
        }
        FetchRecord recorded = read(beside);
        try {
            long bytes = Files.size(file);
            if (bytes != recorded.bytes()) {
                throw changed(file, bytes + " bytes instead of " + recorded.bytes());
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        String sha256 = Sha256.of(file);
        if (!sha256.equals(recorded.sha256())) {
            throw changed(file, "sha256 " + sha256 + " instead of " + recorded.sha256());
        }
        return recorded;
    }

    /** Writes the record beside its file. */
    void write(Path file) {
        try {
            Files.writeString(beside(file), toJson().toPrettyString() + "\n");
        } catch (IOException e) {
            throw new UserError("The record " + beside(file) + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    /** The fields under their names. */
    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("source", source)
                .put("bytes", bytes)
                .put("sha256", sha256)
                .put("fetched", fetched.toString());
    }

    private static FetchRecord read(Path beside) {
        try {
            JsonNode json = new ObjectMapper().readTree(beside.toFile());
            return new FetchRecord(
                    json.path("source").asText(),
                    json.path("bytes").asLong(-1),
                    json.path("sha256").asText(),
                    Instant.parse(json.path("fetched").asText()));
        } catch (IOException | DateTimeException e) {
            throw new UserError(beside + " is no record of a fetched file: remove it to have it written again.", e);
        }
    }

    private static Path beside(Path file) {
        return file.resolveSibling(file.getFileName() + ".json");
    }

    private static UserError changed(Path file, String how) {
        return new UserError(file + " has changed since it was fetched (" + how + "): remove it and fetch it again, or"
                + " remove " + beside(file).getFileName() + " beside it if the change is intended.");
    }

    private static UserError unreadable(Path file, IOException e) {
        return new UserError("The file " + file + " could not be read: " + e.getMessage() + ".", e);
    }
}
