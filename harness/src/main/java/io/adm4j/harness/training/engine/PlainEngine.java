package io.adm4j.harness.training.engine;

import io.adm4j.export.graph.Processor;
import io.adm4j.export.recipe.TrainingGraph;
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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Training in ordinary sessions of ONNX Runtime. The state is in memory of this process and each part of it there once: the
 * graphs read and write it in place.
 */
public final class PlainEngine implements TrainingEngine {
    /** Elements per run of the optimizer's graph, few enough for all that it reads and writes to stay in cache. */
    private static final int SLICE = 1 << 17;

    private final EngineSettings settings;
    private final OnnxSession step;
    private final OnnxSession optimizer;
    private final StateArray weights;
    private final StateArray gradients;
    private final StateArray first;
    private final StateArray second;
    private final List<StateArray> averages;
    private final Map<String, Tensor> stepInputs = new LinkedHashMap<>();
    private final Map<String, Tensor> stepResults = new LinkedHashMap<>();
    private final Set<String> reported;
    private final Tensor zeros = Tensor.zeros(ElementType.FLOAT32, SLICE);
    private long updates;
    private double gradientNorm;
    private double parameterNorm;

    private PlainEngine(
            EngineSettings settings,
            OnnxSession step,
            OnnxSession optimizer,
            List<StateArray> arrays,
            StateFiles start,
            Set<String> reported) {
        this.settings = settings;
        this.step = step;
        this.optimizer = optimizer;
        this.weights = arrays.get(0);
        this.gradients = arrays.get(1);
        this.first = arrays.get(2);
        this.second = arrays.get(3);
        this.averages = arrays.subList(4, arrays.size());
        this.reported = reported;
        this.updates = start.updates();
        stepInputs.putAll(weights.parameters());
        gradients.parameters().forEach((name, gradient) -> {
            stepInputs.put(name + PlainGraphs.SUM, gradient);
            stepResults.put(name + PlainGraphs.GRADIENT, gradient);
        });
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
        PlainGraphs.step(network, settings.device() == Device.CPU ? Processor.ofThisMachine() : Processor.ANY)
                .write(steps);
        PlainGraphs.update(settings.optimizer(), settings.emaRates()).write(updates);
        List<StateArray> arrays =
                new StateMemory(scratch).zeros(layout, 4 + settings.emaRates().size());
        load(files, arrays, settings.emaRates());
        OnnxSession step = OnnxSession.openAsOrdered(steps, settings.device(), settings.threads());
        try {
            // The state is in this process's memory, and so is its update.
            OnnxSession optimizer = OnnxSession.openAsOrdered(updates, Device.CPU, settings.threads());
            return new PlainEngine(settings, step, optimizer, arrays, files, reported);
        } catch (RuntimeException e) {
            step.close();
            throw e;
        }
    }

    private static void load(StateFiles files, List<StateArray> arrays, List<Double> emaRates) {
        files.read(StateFiles.WEIGHTS, arrays.get(0));
        boolean fresh = files.updates() == 0;
        if (!fresh) {
            files.read(StateFiles.FIRST_MOMENTS, arrays.get(2));
            files.read(StateFiles.SECOND_MOMENTS, arrays.get(3));
        }
        for (int i = 0; i < emaRates.size(); i++) {
            StateArray average = arrays.get(4 + i);
            if (fresh) {
                average.set(arrays.get(0));
            } else {
                files.read(StateFiles.average(emaRates.get(i)), average);
            }
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
        StateFiles.write(folder, 0, StateLayout.of(shapes), Map.of(StateFiles.WEIGHTS, weights.values()));
    }

    @Override
    public Map<String, Tensor> accumulate(Map<String, Tensor> microbatch) {
        Map<String, Tensor> inputs = new LinkedHashMap<>(stepInputs);
        inputs.putAll(microbatch);
        return step.runInto(inputs, stepResults, reported);
    }

    /** The gradients accumulated since the last update, by parameter; shared memory. */
    public Map<String, Tensor> gradients() {
        return gradients.parameters();
    }

    @Override
    public void update(double learningRate) {
        updates++;
        AdamW adam = settings.optimizer();
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put("keep", scalar(1 - learningRate * adam.weightDecay()));
        inputs.put("step", scalar(learningRate / (1 - Math.pow(adam.beta1(), updates))));
        inputs.put("scale", scalar(1 / Math.sqrt(1 - Math.pow(adam.beta2(), updates))));
        double[] squares = new double[2];
        for (int block = 0; block < weights.blocks().size(); block++) {
            int size = weights.blocks().get(block).size();
            for (int from = 0; from < size; from += SLICE) {
                updateSlice(inputs, block, from, Math.min(size, from + SLICE), squares);
            }
        }
        gradientNorm = Math.sqrt(squares[0]);
        parameterNorm = Math.sqrt(squares[1]);
    }

    private void updateSlice(Map<String, Tensor> inputs, int block, int from, int to, double[] squares) {
        Map<String, Tensor> results = new LinkedHashMap<>();
        Tensor gradient = gradients.blocks().get(block).rows(from, to);
        inputs.put("g", gradient);
        inPlace("p", weights.blocks().get(block).rows(from, to), inputs, results);
        inPlace("m", first.blocks().get(block).rows(from, to), inputs, results);
        inPlace("v", second.blocks().get(block).rows(from, to), inputs, results);
        for (int i = 0; i < averages.size(); i++) {
            inPlace("e" + i, averages.get(i).blocks().get(block).rows(from, to), inputs, results);
        }
        Map<String, Tensor> found = optimizer.runInto(inputs, results, Set.of("gg", "pp"));
        squares[0] += value(found, "gg");
        squares[1] += value(found, "pp");
        ByteBuffer memory = gradient.bytes();
        memory.put(zeros.bytes().limit(memory.limit()));
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
            StateFiles.write(folder, updates, weights.layout(), arrays);
        }
        return notFinite;
    }

    @Override
    public void close() {
        step.close();
        optimizer.close();
    }
}
