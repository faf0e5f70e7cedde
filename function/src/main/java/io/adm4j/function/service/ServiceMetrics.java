package io.adm4j.function.service;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Everything that the function counts and measures. In Prometheus' form {@code adm4j.images} is {@code adm4j_images_total}. */
@Singleton
public class ServiceMetrics {
    /** Buckets of a step's time: from a tiny network to a large one on a CPU. */
    private static final Duration[] STEP_BUCKETS = {
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(200),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30)
    };

    private static final double[] ROW_BUCKETS = {1, 2, 4, 8, 16, 32, 64, 128, 256};

    private final MeterRegistry registry;
    private final String version;
    private final Counter images;
    private final Counter cancelled;
    private final Counter nonFinite;
    private final Timer sampling;
    private final DistributionSummary batchRows;
    private final Map<Refusal.Reason, Counter> refused = new EnumMap<>(Refusal.Reason.class);

    @Inject
    public ServiceMetrics(
            MeterRegistry registry, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.registry = registry;
        this.version = version;
        images = Counter.builder("adm4j.images")
                .description("Images sampled or restored")
                .register(registry);
        cancelled = Counter.builder("adm4j.cancelled")
                .description("Requests whose client hung up before the answer")
                .register(registry);
        nonFinite = Counter.builder("adm4j.nonfinite")
                .description("Requests that failed because a network gave NaN or infinity")
                .register(registry);
        sampling = Timer.builder("adm4j.sampling")
                .description("Time spent sampling, per request")
                .register(registry);
        batchRows = DistributionSummary.builder("adm4j.batch.rows")
                .description("Rows in one step of a network")
                .serviceLevelObjectives(ROW_BUCKETS)
                .register(registry);
        for (Refusal.Reason reason : Refusal.Reason.values()) {
            if (reason != Refusal.Reason.CANCELLED) {
                refused.put(
                        reason,
                        Counter.builder("adm4j.refused")
                                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                                .description("Requests that were not served, by reason")
                                .register(registry));
            }
        }
    }

    /**
     * What answers, and on what.
     *
     * @param bundle its name
     * @param device {@code cpu} or {@code cuda}
     * @param threads threads of the network; 0: all cores
     */
    public void runs(String bundle, String device, int threads) {
        Gauge.builder("adm4j.build.info", () -> 1)
                .tag("version", version)
                .tag("bundle", bundle)
                .description("Version and bundle that answer; always 1")
                .register(registry);
        Gauge.builder("adm4j.device.info", () -> 1)
                .tag("device", device)
                .tag("threads", String.valueOf(threads))
                .tag("processors", String.valueOf(Runtime.getRuntime().availableProcessors()))
                .description("Device that computes; always 1")
                .register(registry);
    }

    /**
     * Watches what waits and what runs.
     *
     * @param waiting rows that wait for their next step
     * @param inFlight rows that are in a network
     */
    public void watch(IntSupplier waiting, IntSupplier inFlight) {
        Gauge.builder("adm4j.queue.depth", waiting::getAsInt)
                .description("Rows, one for each image in a stage, that wait for their next step")
                .register(registry);
        Gauge.builder("adm4j.rows.in.flight", inFlight::getAsInt)
                .description("Rows that take part in steps")
                .register(registry);
    }

    /**
     * One step of a network.
     *
     * @param model name of its bundle
     * @param rows size of the batch
     */
    public void stepped(String model, int rows, double seconds) {
        batchRows.record(rows);
        Timer.builder("adm4j.step")
                .tag("model", model)
                .description("Time of one step of a network")
                .serviceLevelObjectives(STEP_BUCKETS)
                .register(registry)
                .record((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
    }

    /**
     * A request was served.
     *
     * @param count its images
     * @param nanos time spent sampling
     */
    public void served(int count, long nanos) {
        images.increment(count);
        sampling.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A request was not served. One whose client hung up is counted as cancelled. */
    public void refused(Refusal.Reason reason) {
        if (reason == Refusal.Reason.CANCELLED) {
            cancelled.increment();
        } else {
            Objects.requireNonNull(refused.get(reason)).increment();
        }
    }

    /** A network gave NaN or infinity. */
    public void nonFinite() {
        nonFinite.increment();
    }
}
