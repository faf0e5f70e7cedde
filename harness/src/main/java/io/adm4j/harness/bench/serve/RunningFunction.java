package io.adm4j.harness.bench.serve;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.bench.Timing;
import io.adm4j.harness.sampling.FunctionProcess;
import io.adm4j.harness.sampling.ProcessStatus;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** One function and what is measured on it. */
final class RunningFunction implements AutoCloseable {
    /** Different images in a round, each asked for again and again. */
    private static final int SEEDS = 32;

    /** Time for the large request to arrive and begin. */
    private static final long BEGINNING_MILLIS = 500;

    private final String name;
    private final ServeBenchSettings settings;
    private final Optional<FunctionProcess> process;
    private final FunctionClient client;

    private RunningFunction(String name, URI address, Optional<FunctionProcess> process, ServeBenchSettings settings) {
        this.name = name;
        this.settings = settings;
        this.process = process;
        this.client = new FunctionClient(name, address, settings.patience());
    }

    /**
     * Starts the function if it does not run already.
     *
     * @param log file for the output of one that is started
     * @throws UserError if it does not start
     */
    static RunningFunction open(FunctionSpec function, Path bundle, Path log, ServeBenchSettings settings) {
        Optional<FunctionProcess> process =
                function.jar().map(jar -> FunctionProcess.start(jar, function.options(), bundle, log));
        URI address =
                process.map(FunctionProcess::address).or(function::address).orElseThrow();
        return new RunningFunction(function.name(), address, process, settings);
    }

    String name() {
        return name;
    }

    /** The images of the first seeds, requested one by one: what the rounds are checked with. */
    ImageCheck alone(int tolerance) {
        List<byte[]> images = new ArrayList<>();
        for (int seed = 0; seed < Math.min(SEEDS, settings.images()); seed++) {
            images.add(client.image(settings.steps(), seed).orElseThrow(this::tooSlow));
        }
        return new ImageCheck(images, tolerance);
    }

    /**
     * One image after the other by several clients.
     *
     * @return the time of each answer, and of all together
     * @throws WrongImageException if an image differs from the one of {@code check}
     */
    Round round(ImageCheck check) {
        double[] seconds = new double[settings.images()];
        AtomicInteger next = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(settings.clients());
        try {
            long begin = System.nanoTime();
            List<Future<?>> ends = new ArrayList<>();
            for (int c = 0; c < settings.clients(); c++) {
                ends.add(clients.submit(() -> {
                    for (int i = next.getAndIncrement(); i < seconds.length; i = next.getAndIncrement()) {
                        int seed = i % check.seeds();
                        long start = System.nanoTime();
                        byte[] image = client.image(settings.steps(), seed).orElseThrow(this::tooSlow);
                        seconds[i] = (System.nanoTime() - start) / 1e9;
                        check.check(name, seed, image);
                    }
                }));
            }
            for (Future<?> end : ends) {
                await(end);
            }
            return new Round((System.nanoTime() - begin) / 1e9, new Timing(name, 1, seconds));
        } finally {
            clients.shutdownNow();
        }
    }

    /** Small requests one after the other, with nothing beside them. */
    Timing smallAlone() {
        return new Timing(name, 1, small(() -> true));
    }

    /**
     * Small requests one after the other while a large one is at work; empty if the large one was done before.
     *
     * @throws UserError if the function refuses the large request
     */
    Optional<Timing> smallBesideLarge() {
        CompletableFuture<HttpResponse<byte[]>> large = client.images(settings.largeCount(), settings.largeSteps());
        try {
            TimeUnit.MILLISECONDS.sleep(BEGINNING_MILLIS);
            double[] seconds = small(() -> !large.isDone());
            if (large.isDone()) {
                client.checked(large.join());
            }
            return seconds.length == 0 ? Optional.empty() : Optional.of(new Timing(name, 1, seconds));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while measuring.", e);
        } finally {
            large.cancel(true);
        }
    }

    /** Resident memory of a function that was started here, in bytes, where the system reports it. */
    OptionalLong residentBytes() {
        return process.map(p -> new ProcessStatus(p.pid()).residentBytes()).orElse(OptionalLong.empty());
    }

    /**
     * Times of small requests. An answer that takes longer than the patience counts as long, and is the last.
     *
     * @param valid asked after each request: whether it counts
     */
    private double[] small(BooleanSupplier valid) {
        List<Double> seconds = new ArrayList<>();
        boolean patient = true;
        for (int i = 0; i < settings.repeats() && patient; i++) {
            long start = System.nanoTime();
            patient = client.image(settings.smallSteps(), i).isPresent();
            if (!valid.getAsBoolean()) {
                break;
            }
            seconds.add((System.nanoTime() - start) / 1e9);
        }
        return seconds.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private RuntimeException tooSlow() {
        return new UserError(name + " took longer than " + settings.patience().toSeconds()
                + " s for one image: give more --patience.");
    }

    private static void await(Future<?> end) {
        try {
            end.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while measuring.", e);
        }
    }

    @Override
    public void close() {
        process.ifPresent(FunctionProcess::close);
    }
}
