package io.adm4j.harness.training.log;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingStart;
import io.adm4j.io.DiskWait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The log of a run for TensorBoard: one event per step with the values of {@link TrainingLog}, times under
 * {@code seconds/}. Each start adds a file, which tells readers to drop later steps of those before; a new run deletes
 * them.
 */
public final class EventLog implements TrainingListener {
    private static final String PREFIX = "events.out.tfevents.";

    private final Path folder;
    private final Clock clock;
    private final DiskWait wait;
    private @Nullable EventFile events;

    /** @param folder of the files; exists */
    public EventLog(Path folder) {
        this(folder, DiskWait.none());
    }

    /** @param wait for each event while the disk is full */
    public EventLog(Path folder, DiskWait wait) {
        this(folder, Clock.systemUTC(), wait);
    }

    EventLog(Path folder, Clock clock) {
        this(folder, clock, DiskWait.none());
    }

    private EventLog(Path folder, Clock clock, DiskWait wait) {
        this.wait = wait;
        this.folder = folder;
        this.clock = clock;
    }

    /** @throws UserError if the file cannot be written */
    @Override
    public void started(TrainingStart start) {
        try {
            List<Path> before = files();
            if (start.step() == 0) {
                for (Path file : before) {
                    Files.delete(file);
                }
            }
            // TensorBoard reads files in the order of their names.
            String name =
                    String.format(Locale.ROOT, "%s%010d.adm4j.%06d", PREFIX, clock.millis() / 1000, before.size());
            events = EventFile.create(folder.resolve(name), now(), start.step() + 1, wait);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> file.getFileName().toString().startsWith(PREFIX))
                    .toList();
        }
    }

    /** @throws UserError if the file cannot be written */
    @Override
    public void step(StepReport report) {
        Map<String, Double> values = new LinkedHashMap<>();
        StepValues.of(report).forEach((name, value) -> {
            if (!name.equals("step")) {
                values.put(StepValues.TIMES.contains(name) ? tag(name) : name, value.doubleValue());
            }
        });
        scalars(report.step(), values);
    }

    private static String tag(String time) {
        return "seconds/" + (time.equals(StepValues.SECONDS) ? "total" : time);
    }

    /**
     * Adds values of a step by tag.
     *
     * @throws UserError if the file cannot be written
     */
    public void scalars(long step, Map<String, Double> values) {
        try {
            Objects.requireNonNull(events).scalars(now(), step, values);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    /**
     * Adds an image.
     *
     * @param channels 1, 3 or 4
     * @throws UserError if the file cannot be written
     */
    public void image(long step, String tag, byte[] png, int width, int height, int channels) {
        try {
            Objects.requireNonNull(events).image(now(), step, tag, png, width, height, channels);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    private double now() {
        return clock.millis() / 1000.0;
    }

    @Override
    public void ended() {
        if (events == null) {
            return;
        }
        try {
            events.close();
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    private UserError cannotWrite(IOException e) {
        return new UserError("Cannot write the events in " + folder + ": " + e.getMessage() + ".", e);
    }
}
