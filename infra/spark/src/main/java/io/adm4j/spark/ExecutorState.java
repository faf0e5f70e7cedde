package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import io.adm4j.io.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;

/**
 * What the tasks of one executor share: opened networks and copied files. Static, as Spark gives tasks no other place; it
 * lives as long as the executor's process.
 */
final class ExecutorState {
    private static final Map<String, Object> KEPT = new ConcurrentHashMap<>();

    private ExecutorState() {}

    /** The value of this key, made by the first task that asks while others wait. */
    @SuppressWarnings("unchecked")
    static <T> T once(String key, Supplier<T> make) {
        Object lock = KEPT.computeIfAbsent("lock of " + key, ignored -> new Object());
        synchronized (lock) {
            Object kept = KEPT.get(key);
            if (kept == null) {
                kept = make.get();
                KEPT.put(key, kept);
            }
            return (T) kept;
        }
    }

    /** A folder of this executor, deleted when it ends in good order. */
    static Path folder() {
        return once("folder", () -> {
            try {
                Path folder = Files.createTempDirectory("adm4j-executor");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
                return folder;
            } catch (IOException e) {
                throw new UserError(
                        "The executor " + name() + " has no room for temporary files: " + e.getMessage() + ".", e);
            }
        });
    }

    private static void delete(Path folder) {
        try {
            FileTree.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The executor's number, for messages. */
    static String name() {
        SparkEnv env = SparkEnv.get();
        return env == null ? "driver" : env.executorId();
    }
}
