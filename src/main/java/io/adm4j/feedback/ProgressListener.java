package io.adm4j.feedback;

/** Told of every long task as it starts; what is shown of it, and where, is the listener's affair. */
@FunctionalInterface
public interface ProgressListener {
    /**
     * A task starts, or goes on.
     *
     * @param task what is done, as a heading: "Sampling"
     * @param done units that were finished earlier and do not count for the speed
     * @param total how many units there are
     * @param unit name of the units: "images"
     */
    Progress start(String task, long done, long total, String unit);

    /** A task starts from nothing. */
    default Progress start(String task, long total, String unit) {
        return start(task, 0, total, unit);
    }

    /** A listener that shows nothing. */
    static ProgressListener silent() {
        Progress ignored = new Progress() {
            @Override
            public void step(long units) {}

            @Override
            public void message(String words) {}

            @Override
            public void close() {}
        };
        return (task, done, total, unit) -> ignored;
    }
}
