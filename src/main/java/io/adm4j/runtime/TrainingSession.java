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
 * ONNX Runtime's training session: parameters, gradients, optimizer moments and whatever else the checkpoint holds stay
 * on the device; a step takes a batch and returns the graph's own outputs.
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
     * Checks that training can run here at all, before anything is made for it.
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

    private static OrtEnvironment trainingEnvironment() {
        OrtEnvironment environment = OnnxEnvironment.get();
        if (!environment.isTrainingEnabled()) {
            throw new RuntimeFailure(
                    "This build of ONNX Runtime cannot train: start through harness/bin/harness, or set"
                            + " -Donnxruntime.native.onnxruntime.path to a libonnxruntime built with training.");
        }
        return environment;
    }

    /**
     * Runs forward and backward and adds to the gradients.
     *
     * @param batch by input name; not modified
     * @return the graph's outputs by name
     * @throws RuntimeFailure if an input is missing or the run fails
     */
    public Map<String, Tensor> accumulate(Map<String, Tensor> batch) {
        // The runtime binds by position and ignores names, so the order must be its own.
        Map<String, OnnxTensor> given = new LinkedHashMap<>();
        try {
            for (String name : inputNames) {
                Tensor value = batch.get(name);
                if (value == null) {
                    throw new RuntimeFailure("The training graph needs an input '" + name + "'.");
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
            throw new RuntimeFailure("The training step failed: " + OnnxSession.oneLine(e), e);
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
    }

    /** Applies the optimizer to the gathered gradients and clears them. */
    public void update(double learningRate) {
        try {
            session.setLearningRate((float) learningRate);
            session.optimizerStep();
            session.lazyResetGrad();
        } catch (OrtException e) {
            throw new RuntimeFailure("The optimizer step failed: " + OnnxSession.oneLine(e), e);
        }
    }

    /** Writes parameters and optimizer state. */
    public void save(Path checkpoint) {
        try {
            session.saveCheckpoint(checkpoint, true);
        } catch (OrtException e) {
            throw new RuntimeFailure("The checkpoint was not written: " + OnnxSession.oneLine(e), e);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
