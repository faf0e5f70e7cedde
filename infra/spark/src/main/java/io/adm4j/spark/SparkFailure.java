package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import java.io.InvalidClassException;
import java.util.function.Supplier;
import org.apache.spark.SparkException;

/** What the failure of a stage means to whoever started the job. */
final class SparkFailure {
    private SparkFailure() {}

    /**
     * Runs Spark's part of a job.
     *
     * @throws UserError the one that a task threw, or one for a cluster that cannot run the job
     */
    static <T> T translate(Supplier<T> job) {
        try {
            return job.get();
        } catch (RuntimeException e) {
            throw meaning(e);
        } catch (Exception e) {
            // Scala does not declare what it throws.
            if (e instanceof SparkException) {
                throw meaning(e);
            }
            throw e;
        }
    }

    private static RuntimeException meaning(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserError error) {
                return error;
            }
            if (cause instanceof InvalidClassException
                    || cause instanceof ClassNotFoundException
                    || cause instanceof LinkageError) {
                return new UserError(
                        "The executors have other jars than the driver (" + firstLine(cause)
                                + "): leave adm4j's and Spark's jars of other versions out of their class path.",
                        e);
            }
            if (cause instanceof OutOfMemoryError) {
                return new UserError("A task ran out of memory: give more with --executor-memory.", e);
            }
        }
        if (e instanceof IllegalStateException && String.valueOf(e.getMessage()).contains("stopped SparkContext")) {
            return new UserError(
                    "The cluster could not be reached, or ended the job: check --master and the cluster's logs.", e);
        }
        return new UserError("Spark gave up: " + firstLine(e) + ".", e);
    }

    /** The first line of a message, without the period at its end. */
    static String firstLine(Throwable failure) {
        String line = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
