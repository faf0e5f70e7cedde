package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Keeps a run to the images that it was started with. Names, sizes and times of modification are compared at once, contents
 * are read in the background of the training, or at the start if that takes no more than a moment.
 */
public final class DataIdentity implements AutoCloseable {
    /** As much as is read at once at the start. */
    private static final long SMALL = 256L << 20;

    private static final int LISTED = 5;

    private final RunFolder run;
    private final Map<String, Path> files;
    private final DataRecord record;
    private final boolean background;
    private final Consumer<String> warnings;
    private final Thread reader;
    private volatile boolean closed;

    private DataIdentity(
            RunFolder run, Map<String, Path> files, DataRecord record, long most, Consumer<String> warnings) {
        this.run = run;
        this.warnings = warnings;
        this.files = files;
        this.record = record;
        this.background = record.bytes() > most;
        this.reader = new Thread(this::readInBackground, "data checksums");
        reader.setDaemon(true);
        reader.setPriority(Thread.MIN_PRIORITY);
    }

    /**
     * The identity of a new run's images.
     *
     * @param description of the run; gets {@code data.sha256} if it is known at once
     * @param warnings told if the checksums cannot be read or recorded later
     * @throws UserError if an image is gone
     */
    public static DataIdentity ofNew(RunFolder run, Dataset images, ObjectNode description, Consumer<String> warnings) {
        return ofNew(run, images, description, SMALL, warnings);
    }

    static DataIdentity ofNew(
            RunFolder run, Dataset images, ObjectNode description, long most, Consumer<String> warnings) {
        Map<String, Path> files = images.files();
        DataIdentity identity = new DataIdentity(run, files, DataRecord.of(files), most, warnings);
        if (!identity.background) {
            identity.read();
            identity.record.sha256().ifPresent(sum -> data(description).put("sha256", sum));
        }
        return identity;
    }

    /**
     * The identity of the images of a run that is resumed.
     *
     * @param accept whether other images than those of the run are taken; {@code run.json} records that
     * @param warnings told of them
     * @throws UserError if they are others and not accepted; the message names some
     */
    public static DataIdentity ofResumed(
            RunFolder run, Dataset images, long step, boolean accept, Consumer<String> warnings) {
        Map<String, Path> files = images.files();
        DataRecord now = DataRecord.of(files);
        DataIdentity identity = new DataIdentity(run, files, now, SMALL, warnings);
        List<String> differences = DataRecord.read(run.path())
                .map(known -> known.differences(now, files))
                .orElseGet(() -> identity.differsAsAWhole());
        if (differences.isEmpty()) {
            return identity;
        }
        int more = differences.size() - LISTED;
        String finding = "The data are not those that this run was trained on: "
                + String.join(", ", differences.subList(0, Math.min(LISTED, differences.size())))
                + (more > 0 ? " and " + Count.of(more, "other file") : "");
        if (!accept) {
            throw new UserError(
                    finding + "; restore what was there, or train on with what is there by --accept-changed-data.");
        }
        warnings.accept(finding + ".");
        run.amend(description -> {
            ObjectNode change = description
                    .withArray("data_changes")
                    .addObject()
                    .put("step", step)
                    .put("files", differences.size());
            if (data(description).has("sha256")) {
                change.put("sha256_before", data(description).get("sha256").asText());
                data(description).remove("sha256");
            }
            differences.stream().limit(LISTED).forEach(change.withArray("first")::add);
            data(description).put("pictures", images.size());
        });
        return identity;
    }

    /** A run of before there were records has the checksum of all images. */
    private List<String> differsAsAWhole() {
        JsonNode known = run.description().at("/data/sha256");
        read();
        return record.sha256().orElseThrow().equals(known.asText()) ? List.of() : List.of("one file or more (changed)");
    }

    private static ObjectNode data(ObjectNode description) {
        return (ObjectNode) description.get("data");
    }

    /** Keeps what is known, and begins to read what is not. */
    public void start() {
        keep();
        if (record.sha256().isEmpty()) {
            if (background) {
                reader.start();
            } else {
                read();
                finish();
            }
        } else {
            finish();
        }
    }

    private void readInBackground() {
        try {
            read();
            synchronized (this) {
                if (!closed) {
                    finish();
                }
            }
        } catch (UserError e) {
            warnings.accept("The checksums of the data are not recorded: " + e.getMessage());
        }
    }

    private void read() {
        for (Map.Entry<String, Path> file : files.entrySet()) {
            if (closed) {
                return;
            }
            if (record.sha256(file.getKey()).isEmpty()) {
                record.add(file.getKey(), Sha256.of(file.getValue()));
            }
        }
    }

    private void finish() {
        keep();
        record.sha256().ifPresent(sum -> {
            if (!sum.equals(run.description().at("/data/sha256").asText())) {
                run.amend(description -> data(description).put("sha256", sum));
            }
        });
    }

    private void keep() {
        try {
            record.write(run.path());
        } catch (IOException e) {
            throw new UserError(
                    "The record of the data in " + run.path() + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    /** Waits until all contents have been read. */
    void await() throws InterruptedException {
        reader.join();
    }

    /** Ends the reading and keeps what is known by now. */
    @Override
    public void close() {
        synchronized (this) {
            boolean before = closed;
            closed = true;
            if (!before && reader.isAlive()) {
                keep();
            }
        }
    }
}
