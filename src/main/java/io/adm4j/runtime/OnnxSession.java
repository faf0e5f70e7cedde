package io.adm4j.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One loaded ONNX graph on one device. Runs may come from several threads at once.
 *
 * <p>Inputs are handed to the runtime without a copy.
 */
public final class OnnxSession implements AutoCloseable {
    /** Error codes and places in the runtime's own source, which say nothing to whoever reads the message. */
    private static final Pattern PREFIX =
            Pattern.compile("^Error code - \\w+ - message: (.*\\[ONNXRuntimeError] : \\d+ : \\w+ : )?");

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;

    private OnnxSession(OrtEnvironment environment, OrtSession session) throws OrtException {
        this.environment = environment;
        this.session = session;
        this.inputs = specs(session.getInputInfo());
        this.outputs = specs(session.getOutputInfo());
    }

    /** The version of ONNX Runtime that graphs run on. */
    public static String runtimeVersion() {
        return OnnxEnvironment.get().getVersion();
    }

    /**
     * Loads a graph from a file; external data is looked for beside it.
     *
     * @param threads threads within one operator; 0 for as many as there are processors
     * @throws RuntimeFailure if the file is no graph that this runtime runs, or the device is missing
     */
    public static OnnxSession open(Path model, Device device, int threads) {
        try (OrtSession.SessionOptions options = options(device, threads)) {
            OrtEnvironment environment = OnnxEnvironment.get();
            return new OnnxSession(environment, environment.createSession(model.toString(), options));
        } catch (OrtException e) {
            throw new RuntimeFailure("ONNX Runtime could not load " + model + ": " + oneLine(e), e);
        }
    }

    /**
     * Loads a graph from memory.
     *
     * @throws RuntimeFailure if the bytes are no graph that this runtime runs, or the device is missing
     */
    public static OnnxSession open(byte[] model, Device device, int threads) {
        try (OrtSession.SessionOptions options = options(device, threads)) {
            OrtEnvironment environment = OnnxEnvironment.get();
            return new OnnxSession(environment, environment.createSession(model, options));
        } catch (OrtException e) {
            throw new RuntimeFailure("ONNX Runtime could not load the graph: " + oneLine(e), e);
        }
    }

    /** Session options for a device; also used by the training session. */
    static OrtSession.SessionOptions options(Device device, int threads) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        if (threads == 0 || threads == OnnxEnvironment.processors() && threads > 1) {
            options.disablePerSessionThreads();
        } else {
            options.setIntraOpNumThreads(threads);
        }
        if (device == Device.CUDA) {
            if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
                options.close();
                throw new RuntimeFailure(
                        "CUDA was asked for, but this build of ONNX Runtime has no CUDA provider: use the CUDA build"
                                + " of its native libraries (-Donnxruntime.native.path=FOLDER, with harness/bin/harness ADM4J_NATIVE=FOLDER)"
                                + " or --device cpu.");
            }
            // The form that takes a device number is left out of the natives in the CPU build's jar.
            try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(0)) {
                options.addCUDA(cuda);
            } catch (OrtException e) {
                options.close();
                throw new RuntimeFailure(
                        "CUDA was asked for, but the CUDA provider did not start (" + oneLine(e)
                                + "): check the driver, CUDA and cuDNN libraries, or use --device cpu.",
                        e);
            }
        }
        return options;
    }

    public List<TensorSpec> inputs() {
        return inputs;
    }

    public List<TensorSpec> outputs() {
        return outputs;
    }

    /**
     * Runs the graph.
     *
     * @param values by input name; not modified
     * @return all outputs by name, in the graph's order, in memory of their own
     * @throws RuntimeFailure if an input is missing, unknown or of another type, or the run fails
     */
    public Map<String, Tensor> run(Map<String, Tensor> values) {
        check(values);
        Map<String, OnnxTensor> given = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Tensor> e : values.entrySet()) {
                given.put(e.getKey(), toOnnx(environment, e.getValue()));
            }
            try (OrtSession.Result result = session.run(given)) {
                Map<String, Tensor> out = new LinkedHashMap<>();
                for (Map.Entry<String, OnnxValue> e : result) {
                    out.put(e.getKey(), fromOnnx((OnnxTensor) e.getValue()));
                }
                return out;
            }
        } catch (OrtException e) {
            throw new RuntimeFailure("The graph failed: " + oneLine(e), e);
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
    }

    /**
     * Runs the graph and writes its outputs into memory that is there already: work that repeats needs none of its own.
     *
     * @param values by input name; not modified
     * @param results by output name, of the types and shapes that the run gives; only these outputs are computed
     * @throws RuntimeFailure if an input is missing, unknown or of another type, a result does not fit, or the run fails
     */
    public void runInto(Map<String, Tensor> values, Map<String, Tensor> results) {
        check(values);
        Map<String, OnnxTensor> given = new LinkedHashMap<>();
        Map<String, OnnxTensor> targets = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Tensor> e : values.entrySet()) {
                given.put(e.getKey(), toOnnx(environment, e.getValue()));
            }
            for (Map.Entry<String, Tensor> e : results.entrySet()) {
                targets.put(e.getKey(), toOnnx(environment, e.getValue()));
            }
            session.run(given, Set.of(), targets).close();
        } catch (OrtException e) {
            throw new RuntimeFailure("The graph failed: " + oneLine(e), e);
        } finally {
            given.values().forEach(OnnxTensor::close);
            targets.values().forEach(OnnxTensor::close);
        }
    }

    private void check(Map<String, Tensor> values) {
        for (TensorSpec spec : inputs) {
            Tensor value = values.get(spec.name());
            if (value == null) {
                throw new RuntimeFailure("The graph needs an input '" + spec.name() + "' (" + spec.type()
                        + Arrays.toString(spec.shape()) + "); given were " + values.keySet() + ".");
            }
            if (value.type() != spec.type()) {
                throw new RuntimeFailure(
                        "Input '" + spec.name() + "' takes " + spec.type() + ", not " + value.type() + ".");
            }
        }
        for (String name : values.keySet()) {
            if (inputs.stream().noneMatch(s -> s.name().equals(name))) {
                throw new RuntimeFailure("The graph has no input '" + name + "'; it takes "
                        + inputs.stream().map(TensorSpec::name).toList() + ".");
            }
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new RuntimeFailure("The session did not close: " + oneLine(e), e);
        }
    }

    static String oneLine(OrtException e) {
        String message = String.valueOf(e.getMessage()).replace('\n', ' ').strip();
        return PREFIX.matcher(message).replaceFirst("");
    }

    static OnnxTensor toOnnx(OrtEnvironment environment, Tensor t) throws OrtException {
        return switch (t.type()) {
            case FLOAT32 -> OnnxTensor.createTensor(environment, t.floats(), t.shape());
            case FLOAT64 -> OnnxTensor.createTensor(environment, t.doubles(), t.shape());
            case INT64 -> OnnxTensor.createTensor(environment, t.longs(), t.shape());
            case INT32 -> OnnxTensor.createTensor(environment, t.ints(), t.shape());
            case FLOAT16 -> OnnxTensor.createTensor(environment, t.bytes(), t.shape(), OnnxJavaType.FLOAT16);
            case INT16 -> OnnxTensor.createTensor(environment, t.bytes(), t.shape(), OnnxJavaType.INT16);
            case INT8 -> OnnxTensor.createTensor(environment, t.bytes(), t.shape(), OnnxJavaType.INT8);
            case UINT8 -> OnnxTensor.createTensor(environment, t.bytes(), t.shape(), OnnxJavaType.UINT8);
            case BOOL -> OnnxTensor.createTensor(environment, t.bytes(), t.shape(), OnnxJavaType.BOOL);
        };
    }

    static Tensor fromOnnx(OnnxTensor value) throws OrtException {
        TensorInfo info = value.getInfo();
        ByteBuffer copy = value.getByteBuffer();
        ByteBuffer data = ByteBuffer.allocateDirect(copy.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        data.put(copy).flip();
        return Tensor.wrap(elementType(info), data, info.getShape());
    }

    private static List<TensorSpec> specs(Map<String, NodeInfo> infos) {
        List<TensorSpec> specs = new ArrayList<>();
        for (NodeInfo info : infos.values()) {
            TensorInfo tensor = (TensorInfo) info.getInfo();
            specs.add(new TensorSpec(info.getName(), elementType(tensor), tensor.getShape()));
        }
        return List.copyOf(specs);
    }

    private static ElementType elementType(TensorInfo info) {
        return switch (info.type) {
            case FLOAT -> ElementType.FLOAT32;
            case DOUBLE -> ElementType.FLOAT64;
            case FLOAT16 -> ElementType.FLOAT16;
            case INT64 -> ElementType.INT64;
            case INT32 -> ElementType.INT32;
            case INT16 -> ElementType.INT16;
            case INT8 -> ElementType.INT8;
            case UINT8 -> ElementType.UINT8;
            case BOOL -> ElementType.BOOL;
            default -> throw new RuntimeFailure("Tensors of " + info.type + " are not supported.");
        };
    }
}
