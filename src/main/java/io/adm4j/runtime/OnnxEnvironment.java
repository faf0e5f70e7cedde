package io.adm4j.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's environment, one per process, with the threads that all sessions share.
 *
 * <p>By default ONNX Runtime counts physical cores, which is wrong under hypervisors and in containers with a CPU limit,
 * and gives each session its own pool, whose spinning threads slow each other down. Here all sessions share one pool with
 * as many threads as the JVM sees processors, which accounts for both.
 *
 * <p>ONNX Runtime's Java binding frees the environment in a shutdown hook, at the same time as other hooks may still wait for
 * sessions to finish; these would crash. So the environment is held once more here, and lives as long as the process.
 */
final class OnnxEnvironment {
    private static final String NAME = "adm4j";
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static @Nullable OrtEnvironment environment;
    private static @Nullable ExecutorService workers;

    private OnnxEnvironment() {}

    /**
     * The environment, made at the first call.
     *
     * @throws RuntimeFailure if ONNX Runtime's native libraries cannot be loaded here
     */
    static synchronized OrtEnvironment get() {
        if (environment == null) {
            environment = create();
        }
        return environment;
    }

    private static OrtEnvironment create() {
        ExtractedLibraries libraries = new ExtractedLibraries(Path.of(System.getProperty("java.io.tmpdir")));
        libraries.requireRoom();
        try (OrtEnvironment.ThreadingOptions threads = new OrtEnvironment.ThreadingOptions()) {
            threads.setGlobalIntraOpNumThreads(PROCESSORS);
            threads.setGlobalInterOpNumThreads(1);
            OrtEnvironment created =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, NAME, threads);
            hold();
            return created;
        } catch (OrtException e) {
            throw new RuntimeFailure("ONNX Runtime did not start: " + OnnxSession.oneLine(e), e);
        } catch (LinkageError e) {
            throw new RuntimeFailure(
                    "ONNX Runtime's native libraries could not be loaded on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": " + reason(e)
                            + "; it has builds for Linux on x86-64 and arm64, macOS on arm64 and Windows on x86-64.",
                    e);
        } finally {
            libraries.removeLoaded();
        }
    }

    /** Counts one more user of the environment that exists, which the native code then keeps when the hook releases its own. */
    private static void hold() {
        try {
            Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
            Method create = OrtEnvironment.class.getDeclaredMethod("createHandle", long.class, int.class, String.class);
            api.setAccessible(true);
            create.setAccessible(true);
            create.invoke(null, api.getLong(null), OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue(), NAME);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This version of ONNX Runtime makes its environment in another way.", e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable last = failure;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return String.valueOf(last.getMessage()).lines().findFirst().orElse("");
    }

    /** Processors that this process may use, at least 1. */
    static int processors() {
        return PROCESSORS;
    }

    /** Threads for shares of batches, as many as processors. */
    static synchronized ExecutorService workers() {
        if (workers == null) {
            workers = workers(PROCESSORS);
        }
        return workers;
    }

    /** A pool of threads that do not keep the process alive. */
    static ExecutorService workers(int threads) {
        return Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "batch share");
            thread.setDaemon(true);
            return thread;
        });
    }
}
