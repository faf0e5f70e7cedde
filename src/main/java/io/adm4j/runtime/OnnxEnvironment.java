package io.adm4j.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * ONNX Runtime's environment, of which a process has one, with the threads that all sessions share.
 *
 * <p>ONNX Runtime by itself counts physical cores, which is wrong under hypervisors and in containers with a CPU limit, and
 * gives each session a pool of its own, whose spinning threads slow each other down. So there is one pool, and it is as
 * large as the JVM says there are processors, which knows of both.
 */
final class OnnxEnvironment {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final OrtEnvironment ENVIRONMENT = create();
    private static final ExecutorService WORKERS = workers(PROCESSORS);

    private OnnxEnvironment() {}

    private static OrtEnvironment create() {
        try (OrtEnvironment.ThreadingOptions threads = new OrtEnvironment.ThreadingOptions()) {
            threads.setGlobalIntraOpNumThreads(PROCESSORS);
            threads.setGlobalInterOpNumThreads(1);
            return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, "adm4j", threads);
        } catch (OrtException e) {
            throw new RuntimeFailure("ONNX Runtime did not start: " + OnnxSession.oneLine(e), e);
        }
    }

    static OrtEnvironment get() {
        return ENVIRONMENT;
    }

    /** Processors that this process may use, at least 1. */
    static int processors() {
        return PROCESSORS;
    }

    /** Threads for shares of batches, as many as processors. */
    static ExecutorService workers() {
        return WORKERS;
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
