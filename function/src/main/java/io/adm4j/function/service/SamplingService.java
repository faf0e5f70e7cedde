package io.adm4j.function.service;

import io.adm4j.diffusion.NonFiniteOutputException;
import io.adm4j.function.service.Submission.Suspension;
import io.adm4j.sampling.SampleJob;
import io.adm4j.sampling.SampleOutcome;
import io.adm4j.sampling.SamplingStopped;
import io.adm4j.sampling.StepListener;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Samples from the loaded bundle, and upsamples if there is an upsampler. Requests share the scheduler's batches; a limited
 * number may be under way.
 */
@ApplicationScoped
public class SamplingService {
    private static final Logger LOG = Logger.getLogger(SamplingService.class);

    /** Shorter keys can be guessed. */
    private static final int SHORTEST_KEY = 16;

    /** Bytes of the largest pixel that PNG has. */
    private static final int MOST_PIXEL_BYTES = 8;

    /** Bytes for what a file holds beside its pixels. */
    private static final int OTHER_BYTES = 1 << 16;

    /** How long answers to suspended requests may take to be written. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(10);

    @Inject
    FunctionConfig config;

    @Inject
    ServiceMetrics metrics;

    private BundleInfo bundles;
    private @Nullable Models models;
    private Optional<ContinuationTokens> tokens = Optional.empty();
    private final Set<Submission<?>> submissions = ConcurrentHashMap.newKeySet();
    private final AtomicInteger underWay = new AtomicInteger();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "deadlines");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean ready;
    private volatile boolean open;
    private volatile long graceEnd = System.nanoTime();

    /** Loads the bundle before the first request; without one the function does not start. */
    void start(@Observes StartupEvent event) {
        atLeast("adm4j.threads", config.threads(), 0);
        atLeast("adm4j.batch-size", config.batchSize(), 0);
        atLeast("adm4j.queue", config.queue(), 1);
        atLeast("adm4j.limit.count", config.limit().count(), 1);
        atLeast("adm4j.limit.steps", config.limit().steps(), 1);
        atLeast("adm4j.limit.seconds", config.limit().seconds(), 1);
        checkTimes();
        tokens = config.tokenKey().map(SamplingService::tokens);
        Models loaded = new Models(config, metrics::stepped);
        models = loaded;
        bundles = loaded.info();
        checkStandard();
        LOG.infof("Bundle %s, on %s.", bundles.base().name(), config.device());
        bundles.upsampler().ifPresent(upsampler -> LOG.infof("Upsampler %s.", upsampler.name()));
        if (tokens.isEmpty()) {
            LOG.info("No adm4j.token-key: requests cannot be continued, so maxSteps and budgetMs are refused.");
        }
        metrics.runs(bundles.base().name(), config.device(), config.threads());
        metrics.watch(loaded.scheduler()::rowsWaiting, loaded.scheduler()::rowsInFlight);
        open = true;
        ready = true;
    }

    private void checkTimes() {
        positive("adm4j.deadline.standard", config.deadline().standard());
        positive("adm4j.deadline.most", config.deadline().most());
        positive("adm4j.token-lifetime", config.tokenLifetime());
        if (config.deadline().standard().compareTo(config.deadline().most()) > 0) {
            throw new ConfigurationException("adm4j.deadline.standard must be at most adm4j.deadline.most.");
        }
        if (config.drain().delay().isNegative() || config.drain().grace().isNegative()) {
            throw new ConfigurationException("adm4j.drain.delay and adm4j.drain.grace must not be negative.");
        }
    }

    private static ContinuationTokens tokens(String key) {
        if (key.length() < SHORTEST_KEY) {
            throw new ConfigurationException("adm4j.token-key must have at least " + SHORTEST_KEY
                    + " characters; make one with openssl rand -hex 32.");
        }
        return new ContinuationTokens(key);
    }

    private void checkStandard() {
        try {
            check(Map.of());
        } catch (Refusal e) {
            close();
            throw new ConfigurationException("The settings adm4j.standard.* do not work: " + e.getMessage());
        }
    }

    private static void atLeast(String setting, int value, int least) {
        if (value < least) {
            throw new ConfigurationException(setting + " must be at least " + least + ", not " + value + ".");
        }
    }

    private static void positive(String setting, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new ConfigurationException(setting + " must be a time above 0, such as 30S.");
        }
    }

    /**
     * Leaves when the process is told to: readiness goes down, requests are taken until that is known, those under way may
     * finish for a while, and the rest gets a token.
     */
    void drain(@Observes ShutdownDelayInitiatedEvent event) {
        if (!open) {
            return;
        }
        ready = false;
        sleep(config.drain().delay());
        open = false;
        graceEnd = System.nanoTime() + config.drain().grace().toNanos();
        awaitAnswers(config.drain().grace());
        submissions.forEach(submission -> submission.suspend(Suspension.STOPPING));
        awaitAnswers(LAST_ANSWERS);
    }

    /** What is left of the grace period while the function stops, negative after it. */
    public Duration graceLeft() {
        return Duration.ofNanos(graceEnd - System.nanoTime());
    }

    private void awaitAnswers(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        while (underWay.get() > 0 && System.nanoTime() < end) {
            sleep(Duration.ofMillis(10));
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Frees the graphs; whatever is still under way is refused. */
    void stop(@Observes ShutdownEvent event) {
        ready = false;
        open = false;
        submissions.forEach(submission -> submission.suspend(Suspension.STOPPING));
        close();
        timer.shutdownNow();
    }

    private void close() {
        if (models != null) {
            models.close();
            models = null;
        }
    }

    /** Whether requests should be sent here. */
    public boolean ready() {
        return ready;
    }

    public BundleInfo bundles() {
        return bundles;
    }

    /** Requests that are under way. */
    public int underWay() {
        return underWay.get();
    }

    /** The name under which clients of the Open Inference Protocol know the model. */
    public String modelName() {
        return config.modelName()
                .filter(name -> !name.isBlank())
                .orElse(bundles.base().name());
    }

    /** What can be asked of this function. */
    public ModelReply model() {
        return ModelReply.of(bundles, check(Map.of()), config.limit());
    }

    /**
     * Checks a request. A token stands for the fields of the request that it continues.
     *
     * @throws Refusal with the field and what is allowed for it
     */
    public SampleQuery check(Map<String, String> fields) {
        return check(fields, ImageKeys.NONE);
    }

    /**
     * Checks a request that may choose seeds and labels image by image.
     *
     * @throws Refusal with the field and what is allowed for it
     */
    public SampleQuery check(Map<String, String> fields, ImageKeys keys) {
        return counted(() -> {
            String token = fields.get(SampleQuery.TOKEN);
            return token == null ? SampleQuery.of(fields, keys, bundles, config) : continued(token, fields);
        });
    }

    private SampleQuery continued(String token, Map<String, String> fields) {
        fields.forEach((name, value) -> {
            SampleQuery.checkName(name);
            if (value != null && !name.equals(SampleQuery.TOKEN) && !RequestTime.FIELDS.contains(name)) {
                throw Refusal.badInput(name + " must be left out: the token says what is sampled.");
            }
        });
        ContinuationTokens ours = tokens.orElseThrow(() ->
                Refusal.badInput("token must be left out: this function has no key to check continuation tokens with"
                        + " (adm4j.token-key)."));
        ContinuationTokens.State state = ours.read(token, Instant.now());
        if (!state.digests().equals(digests())) {
            throw Refusal.badInput("The token belongs to another bundle than "
                    + bundles.base().name() + " as it is loaded here: start the request anew.");
        }
        return SampleQuery.of(state.fields(), ImageKeys.NONE, bundles, config)
                .from(state.images(), RequestTime.of(fields, config));
    }

    private List<String> digests() {
        return List.of(
                bundles.images().digest(),
                bundles.upsampled().map(BundleImages::digest).orElse(""));
    }

    /**
     * Begins to sample.
     *
     * @param listener notified of each step by the scheduler's threads, so it must be quick
     * @throws Refusal if too many requests are under way, the request asks for too much, or the function stops
     */
    public Submission<SampleAnswer> submit(SampleQuery query, StepListener listener) {
        return counted(() -> admitted(
                loaded -> job(loaded, query, listener),
                query.time(),
                (submission, outcome, milliseconds) -> answer(query, submission, outcome, milliseconds)));
    }

    /**
     * Checks a request to restore an image.
     *
     * @throws Refusal with the field and what is allowed for it
     */
    public RestoreQuery check(RestoreFields fields) {
        return counted(() -> {
            Models loaded = models;
            if (loaded == null) {
                throw stopping();
            }
            return RestoreQuery.of(
                    fields, loaded.manifest(), bundles.base(), bundles.images().digest(), config);
        });
    }

    /** Bytes that a request to restore an image may have: two PNG files of the bundle's size in base64, and short fields. */
    public long longestRestoreBody() {
        long size = bundles.images().size();
        return 2 * (size * size * MOST_PIXEL_BYTES + OTHER_BYTES) * 4 / 3 + OTHER_BYTES;
    }

    /**
     * Begins to restore an image.
     *
     * @throws Refusal if too many requests are under way, the request asks for too much, or the function stops
     */
    public Submission<RestoreResult> submit(RestoreQuery query) {
        return counted(() ->
                admitted(loaded -> loaded.job(query), query.time(), (submission, outcome, milliseconds) -> {
                    if (!outcome.finished()) {
                        throw late(submission, query.time());
                    }
                    return new RestoreResult(query, bundles.base().name(), ImageBatch.of(outcome), milliseconds);
                }));
    }

    /** Counts what is refused. */
    private <T> T counted(Supplier<T> work) {
        try {
            return work.get();
        } catch (Refusal e) {
            metrics.refused(e.reason());
            throw e;
        }
    }

    /** Makes the answer of an outcome, or throws a refusal. */
    private interface Answering<A> {
        A answer(Submission<A> submission, SampleOutcome outcome, long milliseconds);
    }

    /**
     * Samples, and waits for the answer.
     *
     * @param listener as for {@link #submit}
     * @throws Refusal if there is no answer
     */
    public SampleAnswer sample(SampleQuery query, StepListener listener) {
        try {
            return submit(query, listener).answer().join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private <A> Submission<A> admitted(Function<Models, SampleJob> work, RequestTime time, Answering<A> answering) {
        Models loaded = models;
        if (!open || loaded == null) {
            throw stopping();
        }
        SampleJob job = work.apply(loaded);
        checkWork(job, time, loaded.scheduler().secondsOf(job));
        if (underWay.incrementAndGet() > config.queue()) {
            underWay.decrementAndGet();
            throw Refusal.of(
                            Refusal.Reason.BUSY,
                            "The function is busy: " + config.queue()
                                    + " requests are under way already; try again later.")
                    .retryAfter(untilPlace(loaded));
        }
        long begin = System.nanoTime();
        Submission<A> submission;
        try {
            submission = new Submission<>(loaded.scheduler().submit(job));
        } catch (IllegalStateException e) {
            underWay.decrementAndGet();
            throw stopping();
        }
        submissions.add(submission);
        if (!open) {
            // The drain may have passed while this one was on its way.
            submission.suspend(Suspension.STOPPING);
        }
        Future<?> deadline = suspendAfter(time.deadline(), submission, Suspension.DEADLINE);
        Optional<Future<?>> budget = time.budget().map(most -> suspendAfter(most, submission, Suspension.BUDGET));
        submission
                .task()
                .outcome()
                .handleAsync(
                        (outcome, failure) -> {
                            deadline.cancel(false);
                            budget.ifPresent(future -> future.cancel(false));
                            long nanos = System.nanoTime() - begin;
                            try {
                                if (outcome == null) {
                                    throw refusal(failure);
                                }
                                A answer = answering.answer(submission, outcome, TimeUnit.NANOSECONDS.toMillis(nanos));
                                if (outcome.finished()) {
                                    metrics.served(job.count(), nanos);
                                }
                                submission.answer().complete(answer);
                            } catch (Refusal e) {
                                metrics.refused(e.reason());
                                submission.answer().completeExceptionally(e);
                            } finally {
                                submissions.remove(submission);
                                underWay.decrementAndGet();
                            }
                            return null;
                        },
                        Infrastructure.getDefaultWorkerPool());
        return submission;
    }

    private static Refusal stopping() {
        return Refusal.of(Refusal.Reason.STOPPING, "The function stops: ask again, another replica will answer.")
                .retryAfter(Duration.ofSeconds(1));
    }

    private Future<?> suspendAfter(Duration time, Submission<?> submission, Suspension cause) {
        return timer.schedule(() -> submission.suspend(cause), time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private SampleJob job(Models loaded, SampleQuery query, StepListener listener) {
        long[] seeds =
                IntStream.range(0, query.count()).mapToLong(query::seedOf).toArray();
        int[] labels = query.labelled()
                ? IntStream.range(0, query.count())
                        .map(i -> Objects.requireNonNull(
                                query.labelOf(i, bundles.base().classes())))
                        .toArray()
                : new int[0];
        SampleJob job = SampleJob.of(loaded.stages(query), seeds, labels)
                .atMost(query.time().maxSteps().orElse(Integer.MAX_VALUE))
                .heardBy(listener);
        return query.images().isEmpty() ? job : job.from(query.images());
    }

    /** Refuses what cannot be done in time, with what could. */
    private void checkWork(SampleJob job, RequestTime time, double seconds) {
        if (time.budget().isPresent()) {
            return;
        }
        double deadline = time.deadline().toMillis() * 1e-3;
        double most = Math.min(deadline, config.limit().seconds());
        if (seconds <= most) {
            return;
        }
        double share = most / seconds;
        int images = (int) (job.count() * share);
        int steps = (int) (job.steps() * share);
        String fits = images > 0
                ? images + (images == 1 ? " image" : " images") + " of " + job.steps() + " steps"
                : job.count() == 1 && steps > 0 ? "1 image of " + steps + " steps" : "less than one image";
        throw Refusal.of(
                Refusal.Reason.TOO_MUCH_WORK,
                String.format(
                        Locale.ROOT,
                        "This would take about %d s, more than %s of %d s allows: about %s would fit.",
                        (long) Math.ceil(seconds),
                        deadline < config.limit().seconds() ? "its deadline" : "the limit",
                        (long) most,
                        fits));
    }

    /** When the next of the requests under way should be done, if they share the work evenly. */
    private Duration untilPlace(Models loaded) {
        double seconds = loaded.scheduler().secondsLeft() / Math.max(1, underWay.get());
        return Duration.ofSeconds(Math.max(1, (long) Math.ceil(seconds)));
    }

    private SampleAnswer answer(
            SampleQuery query, Submission<SampleAnswer> submission, SampleOutcome outcome, long milliseconds) {
        if (outcome.finished()) {
            return new SampleResult(query, bundles, ImageBatch.of(outcome), milliseconds);
        }
        Instant expires = Instant.now().plus(config.tokenLifetime());
        Optional<String> token = token(query, outcome, expires);
        Suspension cause = submission.suspension();
        if (cause == null || cause == Suspension.BUDGET) {
            SampleJob job = submission.task().job();
            int done = outcome.images().stream().mapToInt(job::stepsDone).min().orElseThrow();
            return new Continuation(query, bundles, token.orElseThrow(), done, job.steps(), expires, milliseconds);
        }
        Refusal refusal = late(submission, query.time());
        throw token.isPresent() ? refusal.continuedBy(token.get()) : refusal;
    }

    /** Why a request was suspended that cannot be continued, or that its client does not expect to. */
    private static Refusal late(Submission<?> submission, RequestTime time) {
        return submission.suspension() == Suspension.STOPPING
                ? stopping()
                : Refusal.of(
                        Refusal.Reason.DEADLINE,
                        "The deadline of " + time.deadline().toMillis() + " ms passed before the images were done.");
    }

    private Optional<String> token(SampleQuery query, SampleOutcome outcome, Instant expires) {
        if (!query.hasFields()) {
            return Optional.empty();
        }
        return tokens.map(
                t -> t.write(new ContinuationTokens.State(expires, digests(), query.fields(), outcome.images())));
    }

    private Refusal refusal(@Nullable Throwable failure) {
        if (failure instanceof SamplingStopped) {
            return open
                    ? Refusal.of(Refusal.Reason.CANCELLED, "The client hung up before the images were done.")
                    : stopping();
        }
        if (failure instanceof NonFiniteOutputException e) {
            metrics.nonFinite();
            return Refusal.of(Refusal.Reason.FAILED, String.valueOf(e.getMessage()));
        }
        LOG.error("A request failed.", failure);
        return Refusal.of(Refusal.Reason.FAILED, "The function failed; its log says why.");
    }
}
