package io.adm4j.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtTrainingSession;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime's training session. Parameters, gradients, optimizer moments and everything else in the checkpoint stay on
 * the device; a step takes a batch and returns the graph's own outputs, such as the losses.
 *
 * <p>Not safe for use by several threads.
 */
public final class TrainingSession implements AutoCloseable {
    private final OrtEnvironment environment;
    private final OrtTrainingSession session;
    private final List<String> inputNames;
    private final List<String> outputNames;

    private TrainingSession(OrtEnvironment environment, OrtTrainingSession session) {
        this.environment = environment;
        this.session = session;
        this.inputNames = List.copyOf(session.getTrainInputNames());
        this.outputNames = session.getTrainOutputNames().stream()
                .filter(n -> !n.endsWith(".accumulation.out"))
                .toList();
    }

    /**
     * Starts from a checkpoint.
     *
     * @param checkpoint parameters and optimizer state, as {@link #save} writes them
     * @param trainingModel graph of losses and gradients
     * @param optimizerModel graph of the optimizer's update
     * @param threads threads within one operator; 0 for as many as there are processors
     * @throws RuntimeFailure if this runtime was built without training, the device is missing, or the files do not fit
     */
    public static TrainingSession open(
            Path checkpoint, Path trainingModel, Path optimizerModel, Device device, int threads) {
        OrtEnvironment environment = trainingEnvironment();
        try (OrtSession.SessionOptions options = OnnxSession.options(device, threads)) {
            return new TrainingSession(
                    environment,
                    environment.createTrainingSession(
                            checkpoint.toString(), trainingModel.toString(), null, optimizerModel.toString(), options));
        } catch (OrtException e) {
            throw new RuntimeFailure("The training session did not start: " + OnnxSession.oneLine(e), e);
        }
    }

    /**
     * Checks that training is possible, before any work is done for it.
     *
     * @throws RuntimeFailure if this runtime was built without training, or the device is missing
     */
    public static void require(Device device) {
        trainingEnvironment();
        try {
            OnnxSession.options(device, 0).close();
        } catch (OrtException e) {
            throw new RuntimeFailure("Training cannot start: " + OnnxSession.oneLine(e), e);
        }
    }

    /** Whether this runtime was built with training. */
    public static boolean isAvailable() {
        return OnnxEnvironment.get().isTrainingEnabled();
    }

    /** What to do about a runtime without training, on a system with the names that Java has for it. */
    static String missing(String system, String processor) {
        boolean linux = system.equals("Linux") && List.of("amd64", "aarch64").contains(processor);
        boolean windows = system.startsWith("Windows") && processor.equals("amd64");
        if (linux || windows) {
            return "This build of ONNX Runtime cannot train: start through harness/bin/harness, or set"
                    + " -Donnxruntime.native.onnxruntime.path to an ONNX Runtime library built with training.";
        }
        return "ONNX Runtime has no build with training for " + system + " on " + processor
                + ": train on Linux (x86-64, arm64) or Windows (x86-64); all else works here too.";
    }

    private static OrtEnvironment trainingEnvironment() {
        OrtEnvironment environment = OnnxEnvironment.get();
        if (!environment.isTrainingEnabled()) {
            throw new RuntimeFailure(missing(System.getProperty("os.name"), System.getProperty("os.arch")));
        }
        return environment;
    }

    /**
     * Runs forward and backward and adds to the accumulated gradients.
     *
     * @param batch one tensor per input, by name; not modified
     * @return the graph's outputs by name, each in newly allocated memory
     * @throws IllegalArgumentException if an input is missing
     * @throws RuntimeFailure if there is too little memory
     * @throws GraphFailure if the run fails, as it does for inputs of a wrong type or shape
     */
    public Map<String, Tensor> accumulate(Map<String, Tensor> batch) {
        // The runtime binds by position and ignores names, so the order must be its own.
        Map<String, OnnxTensor> given = new LinkedHashMap<>();
        try {
            for (String name : inputNames) {
                Tensor value = batch.get(name);
                if (value == null) {
                    throw new IllegalArgumentException("The training graph needs an input '" + name + "'.");
                }
                given.put(name, OnnxSession.toOnnx(environment, value));
            }
            try (OrtSession.Result result = session.trainStep(given)) {
                Map<String, Tensor> out = new LinkedHashMap<>();
                int i = 0;
                for (String name : outputNames) {
                    OnnxValue value = result.get(i++);
                    out.put(name, OnnxSession.fromOnnx((OnnxTensor) value));
                }
                return out;
            }
        } catch (OrtException e) {
            throw GraphFailure.of("The training step failed", e);
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
    }

    /**
     * Applies the optimizer to the accumulated gradients and clears them.
     *
     * @param learningRate of this update, at least 0
     * @throws RuntimeFailure if there is too little memory
     * @throws GraphFailure if the update fails
     */
    public void update(double learningRate) {
        try {
            session.setLearningRate((float) learningRate);
            session.optimizerStep();
            session.lazyResetGrad();
        } catch (OrtException e) {
            throw GraphFailure.of("The optimizer step failed", e);
        }
    }

    /**
     * Writes parameters and optimizer state.
     *
     * @param checkpoint file to write
     * @throws RuntimeFailure if it cannot be written
     */
    public void save(Path checkpoint) {
        try {
            session.saveCheckpoint(checkpoint, true);
        } catch (OrtException e) {
            throw new RuntimeFailure(
                    "The checkpoint " + checkpoint + " could not be written: " + OnnxSession.oneLine(e), e);
        }
    }

    /** Frees the device's memory; what was not saved is lost. */
    @Override
    public void close() {
        session.close();
    }
}
