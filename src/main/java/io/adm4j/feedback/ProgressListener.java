package io.adm4j.feedback;

/** Notified of every long task as it starts; the listener decides what to show and where. */
@FunctionalInterface
public interface ProgressListener {
    /**
     * A task starts or resumes.
     *
     * @param task name of the task, as a heading: "Sampling"
     * @param done units finished by an earlier run; not counted for the speed
     * @param total number of units, those done included
     * @param unit name of the units: "images"
     */
    Progress start(String task, long done, long total, String unit);

    /** A task starts from its first unit. */
    default Progress start(String task, long total, String unit) {
        return start(task, 0, total, unit);
    }

    /** A listener that shows nothing. */
    static ProgressListener silent() {
        Progress ignored = new Progress() {
            @Override
            public void step(long units) {}

            @Override
            public void message(String text) {}

            @Override
            public void close() {}
        };
        return (task, done, total, unit) -> ignored;
    }
}
