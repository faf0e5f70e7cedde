package io.adm4j.spark;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.runtime.Device;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** A job's session with the cluster, on the driver. */
final class JobContext implements AutoCloseable {
    /** Spark's scheduler keeps a record of every task; a task of several pieces loses none that is finished. */
    static final int MOST_TASKS = 10_000;

    /** Parts of work for each core, so that the slowest is not waited for long. */
    static final int PARTS_PER_CORE = 4;

    private final SparkSession session;
    private final JavaSparkContext spark;

    private JobContext(SparkSession session) {
        this.session = session;
        this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    }

    /**
     * Starts a session with the settings that {@code spark-submit} passes.
     *
     * @param name shown in Spark's own pages
     * @throws UserError if the cluster cannot be reached
     */
    static JobContext open(String name) {
        try {
            JobContext context = new JobContext(
                    SparkSession.builder().appName("adm4j " + name).getOrCreate());
            // What fails a job is said in a sentence; the executors' own logs have the rest.
            context.spark.setLogLevel("OFF");
            context.session.sparkContext().addSparkListener(new LossNotice());
            return context;
        } catch (RuntimeException e) {
            throw new UserError("Spark did not start: " + SparkFailure.firstLine(e) + ".", e);
        }
    }

    JavaSparkContext spark() {
        return spark;
    }

    SparkSession session() {
        return session;
    }

    /** Into how many parts work is divided where nobody says it. */
    int usualParts() {
        return PARTS_PER_CORE * spark.defaultParallelism();
    }

    /** A folder that driver and executors see alike. */
    RemoteFolder folder(String location) {
        return RemoteFolder.of(location, new SerializableConfiguration(spark.hadoopConfiguration()));
    }

    /**
     * Refuses a job for GPUs on a cluster that was not asked for any.
     *
     * @throws UserError with the settings that are missing
     */
    void requireDevice(Device device) {
        if (device == Device.CUDA && spark.getConf().getInt("spark.task.resource.gpu.amount", 0) != 1) {
            throw new UserError(
                    "--device cuda takes one GPU for each task: add --conf spark.executor.resource.gpu.amount=1"
                            + " --conf spark.task.resource.gpu.amount=1 and, where the cluster does not know its GPUs, --conf"
                            + " spark.executor.resource.gpu.discoveryScript=FILE; or use --device cpu.");
        }
    }

    /** Computes one value on some executor. */
    <T> T ask(Function<Integer, T> question) {
        return SparkFailure.translate(
                () -> spark.parallelize(List.of(0), 1).map(question).first());
    }

    /**
     * Computes a list of pieces of work in their order, each by a task of its own up to {@link #MOST_TASKS} of them.
     *
     * @param title shown as progress
     * @param total of {@code unit}s in the pieces
     * @param work from pieces of work to results, run on executors; repeated elsewhere when an executor is lost
     */
    <P, R> List<R> run(String title, long total, String unit, List<P> pieces, FlatMapFunction<Iterator<P>, R> work) {
        if (pieces.isEmpty()) {
            return List.of();
        }
        int tasks = Math.min(pieces.size(), MOST_TASKS);
        try (Progress progress = ConsoleProgress.onStandardError().start(title, total, unit)) {
            SparkListener counting = new TaskCount(progress, total, tasks);
            session.sparkContext().addSparkListener(counting);
            try {
                return SparkFailure.translate(() -> new ArrayList<>(
                        spark.parallelize(pieces, tasks).mapPartitions(work).collect()));
            } finally {
                session.sparkContext().removeSparkListener(counting);
            }
        }
    }

    @Override
    public void close() {
        session.stop();
    }

    /** Counts finished tasks as so many units. */
    private static final class TaskCount extends SparkListener {
        private final Progress progress;
        private final long total;
        private final int tasks;
        private long done;

        TaskCount(Progress progress, long total, int tasks) {
            this.progress = progress;
            this.total = total;
            this.tasks = tasks;
        }

        @Override
        public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
            if (end.taskInfo().successful() && done < tasks) {
                progress.step(total * (done + 1) / tasks - total * done / tasks);
                done++;
            }
        }
    }

    /** Says when an executor was lost, since Spark repeats its tasks without a word. */
    private static final class LossNotice extends SparkListener {
        @Override
        public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
            System.err.println("Executor " + removed.executorId() + " was lost ("
                    + removed.reason().strip() + "); its tasks run again on another.");
        }
    }
}
