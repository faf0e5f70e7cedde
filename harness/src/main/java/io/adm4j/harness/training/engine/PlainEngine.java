package io.adm4j.harness.training.engine;

import io.adm4j.export.graph.Processor;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.recipe.TrainingMode;
import io.adm4j.export.training.AdamW;
import io.adm4j.export.training.PlainGraphs;
import io.adm4j.feedback.UserError;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Training in ordinary sessions of ONNX Runtime. The state is in memory of this process and each part of it there once: the
 * graphs read and write it in place.
 */
public final class PlainEngine implements TrainingEngine {
    /** Elements per run of the optimizer's graph, few enough for all that it reads and writes to stay in cache. */
    private static final int SLICE = 1 << 16;

    /** Shares of a microbatch on a CPU. As many on all machines: results do not depend on the number of processors. */
    private static final int SHARES = 2;

    /** Networks of more parameters are not run in shares: gradients of a second one would take too much memory. */
    private static final long MOST_SHARED = 1L << 27;

    private final EngineSettings settings;
    private final StepRunner step;
    private final OnnxSession optimizer;
    private final Workers workers;
    private final StateArray weights;
    private final List<StateArray> gradients;
    private final StateArray first;
    private final StateArray second;
    private final List<StateArray> averages;
    private final Tensor zeros = Tensor.zeros(ElementType.FLOAT32, SLICE);
    private final List<Slice> slices;
    private final @Nullable LossScale lossScale;
    private long updates;
    private double gradientNorm;
    private double parameterNorm;
    private OptionalDouble lgLossScale;

    private PlainEngine(
            EngineSettings settings,
            TrainingMode mode,
            StepRunner step,
            OnnxSession optimizer,
            Workers workers,
            State state,
            StateFiles start) {
        this.settings = settings;
        this.step = step;
        this.optimizer = optimizer;
        this.workers = workers;
        this.weights = state.weights();
        this.gradients = state.gradients();
        this.first = state.first();
        this.second = state.second();
        this.averages = state.averages();
        this.slices = Slice.of(weights, SLICE);
        this.updates = start.updates();
        this.lossScale = mode.mixedPrecision()
                .map(scaling -> new LossScale(scaling, start.lgLossScale()))
                .orElse(null);
        this.lgLossScale = nextLgLossScale();
    }

    /** @param gradients one array for each share of a microbatch */
    private record State(
            StateArray weights,
            List<StateArray> gradients,
            StateArray first,
            StateArray second,
            List<StateArray> averages) {
        static State zeros(Path scratch, StateLayout layout, int shares, int averages) {
            List<StateArray> arrays = new StateMemory(scratch).zeros(layout, 3 + shares + averages);
            return new State(
                    arrays.get(0),
                    arrays.subList(3, 3 + shares),
                    arrays.get(1),
                    arrays.get(2),
                    arrays.subList(3 + shares, arrays.size()));
        }

        void load(StateFiles files, List<Double> emaRates) {
            files.read(StateFiles.WEIGHTS, weights);
            if (files.updates() > 0) {
                files.read(StateFiles.FIRST_MOMENTS, first);
                files.read(StateFiles.SECOND_MOMENTS, second);
            }
            for (int i = 0; i < emaRates.size(); i++) {
                StateArray average = averages.get(i);
                String name = StateFiles.average(emaRates.get(i));
                // One that was added on resume starts from the weights, as all do at the start.
                if (!files.has(name)) {
                    average.set(weights);
                } else {
                    files.read(name, average);
                }
            }
        }
    }

    /** See {@link EngineKind#open}. */
    static PlainEngine open(TrainingGraph network, Path checkpoint, Path scratch, EngineSettings settings) {
        StateFiles files = StateFiles.open(checkpoint);
        Map<String, long[]> shapes = new LinkedHashMap<>();
        network.graph().parameters().forEach(p -> shapes.put(p.name(), p.shape()));
        StateLayout layout = StateLayout.of(shapes);
        if (!layout.fits(files.layout())) {
            throw new UserError("The weights of " + checkpoint + " are not those of the run's network.");
        }
        Set<String> reported = new LinkedHashSet<>();
        reported.add(network.loss().name());
        network.outputs().forEach(v -> reported.add(v.name()));
        Path steps = scratch.resolve("step.onnx");
        Path updates = scratch.resolve("update.onnx");
        try {
            Files.createDirectories(scratch);
        } catch (IOException e) {
            throw new UserError("The folder " + scratch + " could not be made: " + e.getMessage() + ".", e);
        }
        boolean cpu = settings.device() == Device.CPU;
        int shares = cpu && layout.elements() <= MOST_SHARED ? SHARES : 1;
        PlainGraphs.step(network, cpu ? Processor.ofThisMachine() : Processor.ANY)
                .write(steps);
        boolean scaled = network.mode().mixedPrecision().isPresent();
        PlainGraphs.update(settings.optimizer(), settings.emaRates(), shares, scaled)
                .write(updates);
        State state = State.zeros(scratch, layout, shares, settings.emaRates().size());
        state.load(files, settings.emaRates());
        int threads = settings.threads() == 0 ? Runtime.getRuntime().availableProcessors() : settings.threads();
        Workers workers = new Workers(threads);
        StepRunner step = new StepRunner(
                steps, settings.device(), threads, state.weights(), state.gradients(), reported, workers);
        try {
            // The state is in this process's memory, and so is its update, in as many runs at once as there are
            // threads.
            OnnxSession optimizer = OnnxSession.openAsOrdered(updates, Device.CPU, 1);
            return new PlainEngine(settings, network.mode(), step, optimizer, workers, state, files);
        } catch (RuntimeException e) {
            step.close();
            workers.close();
            throw e;
        }
    }

    /**
     * Writes the checkpoint of a new run.
     *
     * @param weights by name, in the order of the network's parameters
     */
    static void start(Path folder, Map<String, Tensor> weights) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        StateFiles.write(
                folder,
                0,
                OptionalDouble.empty(),
                StateLayout.of(shapes),
                Map.of(StateFiles.WEIGHTS, weights.values()));
    }

    @Override
    public Map<String, Tensor> accumulate(Map<String, Tensor> microbatch) {
        if (lossScale == null) {
            return step.run(microbatch);
        }
        Map<String, Tensor> inputs = new LinkedHashMap<>(microbatch);
        inputs.put(PlainGraphs.LOSS_SCALE, scalar(lossScale.factor()));
        return step.run(inputs);
    }

    /** The gradients accumulated since the last update, by parameter; shared memory. */
    public Map<String, Tensor> gradients() {
        StateArray sum = gradients.get(0);
        for (StateArray other : gradients.subList(1, gradients.size())) {
            sum.addAndClear(other);
        }
        return sum.parameters();
    }

    @Override
    public void update(double learningRate) {
        if (lossScale == null) {
            updateAll(learningRate, new LinkedHashMap<>());
            return;
        }
        lgLossScale = nextLgLossScale();
        if (gradients.stream().anyMatch(share -> share.notFinite().isPresent())) {
            gradients.forEach(StateArray::clear);
            gradientNorm = Double.NaN;
            parameterNorm = Double.NaN;
            lossScale.halve();
        } else {
            updateAll(learningRate, new LinkedHashMap<>(Map.of(PlainGraphs.UNSCALE, scalar(1 / lossScale.factor()))));
            lossScale.grow();
        }
    }

    /** @param scalars inputs of the optimizer's graph beside those of AdamW; modified */
    private void updateAll(double learningRate, Map<String, Tensor> scalars) {
        updates++;
        AdamW adam = settings.optimizer();
        scalars.put("keep", scalar(1 - learningRate * adam.weightDecay()));
        double correction = Math.sqrt(1 - Math.pow(adam.beta2(), updates));
        scalars.put("step", scalar(learningRate * correction / (1 - Math.pow(adam.beta1(), updates))));
        scalars.put("epsilon", scalar(adam.epsilon() * correction));
        double[] gradientSquares = new double[slices.size()];
        double[] parameterSquares = new double[slices.size()];
        workers.run(slices.size(), i -> {
            Map<String, Tensor> found = updateSlice(scalars, slices.get(i));
            gradientSquares[i] = value(found, "gg");
            parameterSquares[i] = value(found, "pp");
        });
        gradientNorm = Math.sqrt(Arrays.stream(gradientSquares).sum());
        parameterNorm = Math.sqrt(Arrays.stream(parameterSquares).sum());
    }

    /** Elements {@code from} to {@code to} of a block. */
    private record Slice(int block, int from, int to) {
        static List<Slice> of(StateArray array, int length) {
            List<Slice> slices = new ArrayList<>();
            for (int block = 0; block < array.blocks().size(); block++) {
                int size = array.blocks().get(block).size();
                for (int from = 0; from < size; from += length) {
                    slices.add(new Slice(block, from, Math.min(size, from + length)));
                }
            }
            return slices;
        }

        Tensor in(StateArray array) {
            return array.blocks().get(block).rows(from, to);
        }
    }

    private Map<String, Tensor> updateSlice(Map<String, Tensor> scalars, Slice slice) {
        Map<String, Tensor> inputs = new LinkedHashMap<>(scalars);
        Map<String, Tensor> results = new LinkedHashMap<>();
        List<Tensor> sums = gradients.stream().map(slice::in).toList();
        for (int i = 0; i < sums.size(); i++) {
            inputs.put("g" + i, sums.get(i));
        }
        inPlace("p", slice.in(weights), inputs, results);
        inPlace("m", slice.in(first), inputs, results);
        inPlace("v", slice.in(second), inputs, results);
        for (int i = 0; i < averages.size(); i++) {
            inPlace("e" + i, slice.in(averages.get(i)), inputs, results);
        }
        Map<String, Tensor> found = optimizer.runInto(inputs, results, Set.of("gg", "pp"));
        for (Tensor sum : sums) {
            ByteBuffer memory = sum.bytes();
            memory.put(zeros.bytes().limit(memory.limit()));
        }
        return found;
    }

    private static void inPlace(String name, Tensor memory, Map<String, Tensor> inputs, Map<String, Tensor> results) {
        inputs.put(name, memory);
        results.put(name + "_", memory);
    }

    private static double value(Map<String, Tensor> outputs, String name) {
        return Objects.requireNonNull(outputs.get(name)).floats().get(0);
    }

    private static Tensor scalar(double value) {
        return Tensor.of(new float[] {(float) value});
    }

    @Override
    public double gradientNorm() {
        return gradientNorm;
    }

    @Override
    public double parameterNorm() {
        return parameterNorm;
    }

    @Override
    public OptionalDouble lgLossScale() {
        return lgLossScale;
    }

    private OptionalDouble nextLgLossScale() {
        return lossScale == null ? OptionalDouble.empty() : OptionalDouble.of(lossScale.lg());
    }

    @Override
    public Optional<String> save(Path folder) {
        Map<String, Collection<Tensor>> arrays = new LinkedHashMap<>();
        arrays.put(StateFiles.WEIGHTS, weights.blocks());
        arrays.put(StateFiles.FIRST_MOMENTS, first.blocks());
        arrays.put(StateFiles.SECOND_MOMENTS, second.blocks());
        List<StateArray> useful = new ArrayList<>(List.of(weights));
        for (int i = 0; i < averages.size(); i++) {
            arrays.put(
                    StateFiles.average(settings.emaRates().get(i)),
                    averages.get(i).blocks());
            useful.add(averages.get(i));
        }
        Optional<String> notFinite =
                useful.stream().flatMap(array -> array.notFinite().stream()).findFirst();
        if (notFinite.isEmpty()) {
            StateFiles.write(folder, updates, nextLgLossScale(), weights.layout(), arrays);
        }
        return notFinite;
    }

    @Override
    public void close() {
        step.close();
        optimizer.close();
        workers.close();
    }
}
