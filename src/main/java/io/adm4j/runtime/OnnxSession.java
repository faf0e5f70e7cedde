package io.adm4j.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
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
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One loaded ONNX graph on one device. Several threads may run it at once. Inputs are passed to ONNX Runtime without a
 * copy.
 */
public final class OnnxSession implements AutoCloseable {
    /** System property with the number of the GPU that this process uses; 0 by default. Read when a session opens. */
    public static final String CUDA_DEVICE = "adm4j.cuda.device";

    /** Error codes and source locations of ONNX Runtime, which do not help the reader of the message. */
    private static final Pattern PREFIX =
            Pattern.compile("^Error code - \\w+ - message: (.*\\[ONNXRuntimeError] : \\d+ : \\w+ : )?");

    private static final String WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path";

    /** Architectures on which ONNX Runtime computes convolutions in a blocked layout. */
    private static final Set<String> BLOCKED_CONVOLUTIONS = Set.of("amd64", "x86_64");

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;
    private final Map<String, String> metadata;

    private OnnxSession(
            OrtEnvironment environment,
            OrtSession session,
            List<TensorSpec> inputs,
            List<TensorSpec> outputs,
            Map<String, String> metadata) {
        this.environment = environment;
        this.session = session;
        this.inputs = inputs;
        this.outputs = outputs;
        this.metadata = metadata;
    }

    private static OnnxSession of(OrtEnvironment environment, OrtSession session) throws OrtException {
        try {
            return new OnnxSession(
                    environment,
                    session,
                    specs(session.getInputInfo()),
                    specs(session.getOutputInfo()),
                    Map.copyOf(session.getMetadata().getCustomMetadata()));
        } catch (RuntimeFailure e) {
            session.close();
            throw e;
        }
    }

    /**
     * Checks that graphs can run on a device, before any work is done for it.
     *
     * @throws RuntimeFailure if it is missing
     */
    public static void require(Device device) {
        OnnxEnvironment.get();
        try {
            options(device, 0).close();
        } catch (OrtException e) {
            throw new RuntimeFailure("ONNX Runtime cannot use the device: " + oneLine(e), e);
        }
    }

    /** The version of ONNX Runtime: "1.24.1". */
    public static String runtimeVersion() {
        return OnnxEnvironment.get().getVersion();
    }

    /**
     * Loads a graph from a file; external data is expected in the same folder. On a CPU of type x86-64 wide convolutions of
     * graphs that state the shapes of their values and of at most 128 MB are computed by {@link WinogradConvolutions}: opening a larger one so would
     * take as measured 10 ms for each megabyte and ten times its size in memory.
     *
     * @param threads threads within one operator, at least 1; 0 for as many as there are processors
     * @throws RuntimeFailure if the file cannot be read, is no graph that this runtime runs, or the device is missing
     */
    public static OnnxSession open(Path model, Device device, int threads) {
        return open(GraphSource.of(model), device, threads);
    }

    /**
     * As {@link #open(Path, Device, int)}.
     *
     * @throws io.adm4j.feedback.UserError if the source refuses the graph
     */
    public static OnnxSession open(GraphSource model, Device device, int threads) {
        return open(
                model,
                device == Device.CPU && BLOCKED_CONVOLUTIONS.contains(System.getProperty("os.arch")),
                device,
                threads);
    }

    /**
     * As {@link #open(GraphSource, Device, int)}, but for results that must not depend on the kind of processor more than the
     * graph's own operators do: no convolution is computed in another way than the graph says.
     */
    static OnnxSession openAsWritten(GraphSource model, Device device, int threads) {
        return open(model, false, device, threads);
    }

    /**
     * Loads a graph that computes gradients, so that its nodes run as they are, in the order that its outputs ask for, and
     * share memory as soon as they can: the runtime's own passes merge what was written twice on purpose, and its plan of
     * all memory keeps what the first run took besides.
     *
     * @param model without external data
     * @param threads threads within one operator, at least 1; 0 for as many as there are processors
     * @throws RuntimeFailure if the file cannot be read, is no graph that this runtime runs, or the device is missing
     */
    public static OnnxSession openAsOrdered(Path model, Device device, int threads) {
        OrtEnvironment environment = OnnxEnvironment.get();
        try (OrtSession.SessionOptions options = options(device, threads)) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            options.setMemoryPatternOptimization(false);
            // Inputs with a default are no constants, as a warning says of each.
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            return of(environment, environment.createSession(model.toString(), options));
        } catch (OrtException e) {
            throw new RuntimeFailure("ONNX Runtime could not load " + model + ": " + oneLine(e), e);
        }
    }

    private static OnnxSession open(GraphSource model, boolean rewrite, Device device, int threads) {
        OrtEnvironment environment = OnnxEnvironment.get();
        try (OrtSession.SessionOptions options = options(device, threads);
                GraphContent content = model.open()) {
            Optional<ByteBuffer> bytes = content.bytes();
            if (bytes.isEmpty()) {
                return of(environment, environment.createSession(content.file().toString(), options));
            }
            GraphFile graph = rewrite ? GraphFile.read(bytes.get()) : null;
            ByteBuffer rewritten = graph == null ? null : WinogradConvolutions.in(graph);
            options.addConfigEntry(WEIGHTS_FOLDER, String.valueOf(content.file().getParent()));
            return of(environment, environment.createSession(rewritten == null ? bytes.get() : rewritten, options));
        } catch (OrtException e) {
            throw new RuntimeFailure("ONNX Runtime could not load " + model.name() + ": " + oneLine(e), e);
        }
    }

    /**
     * Loads a graph from memory.
     *
     * @param model the bytes of an ONNX file without external data; not modified
     * @param threads threads within one operator, at least 1; 0 for as many as there are processors
     * @throws RuntimeFailure if the bytes are no graph that this runtime runs, or the device is missing
     */
    public static OnnxSession open(byte[] model, Device device, int threads) {
        try (OrtSession.SessionOptions options = options(device, threads)) {
            OrtEnvironment environment = OnnxEnvironment.get();
            return of(environment, environment.createSession(model, options));
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
            try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(Integer.getInteger(CUDA_DEVICE, 0))) {
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

    /** The inputs of the graph, in its order. */
    public List<TensorSpec> inputs() {
        return inputs;
    }

    /** The outputs of the graph, in its order. */
    public List<TensorSpec> outputs() {
        return outputs;
    }

    /** The text that the graph's file holds under keys of its own. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * Runs the graph.
     *
     * @param values one per input, by name; not modified
     * @return all outputs by name, in the graph's order, each in newly allocated memory
     * @throws IllegalArgumentException if an input is missing, unknown or of another type
     * @throws RuntimeFailure if there is too little memory
     * @throws GraphFailure if the run fails, as it does for inputs of a wrong shape
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
            throw GraphFailure.of("The graph failed", e);
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
    }

    /**
     * Runs the graph and writes its outputs into existing tensors, so that repeated runs allocate nothing.
     *
     * @param values one per input, by name; not modified, except where a result is the same memory
     * @param results by output name, of the types and shapes that the run yields; overwritten. Only these outputs are
     *     computed
     * @throws IllegalArgumentException if an input is missing, unknown or of another type
     * @throws RuntimeFailure if there is too little memory
     * @throws GraphFailure if the run fails, as it does for inputs or results of a wrong shape
     */
    public void runInto(Map<String, Tensor> values, Map<String, Tensor> results) {
        runInto(values, results, Set.of());
    }

    /**
     * As {@link #runInto(Map, Map)}, with further outputs.
     *
     * @param others names of outputs to compute beside {@code results}
     * @return these, in newly allocated memory
     */
    public Map<String, Tensor> runInto(Map<String, Tensor> values, Map<String, Tensor> results, Set<String> others) {
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
            Map<String, Tensor> out = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(given, others, targets)) {
                for (String name : others) {
                    out.put(name, fromOnnx((OnnxTensor) result.get(name).orElseThrow()));
                }
            }
            return out;
        } catch (OrtException e) {
            throw GraphFailure.of("The graph failed", e);
        } finally {
            given.values().forEach(OnnxTensor::close);
            targets.values().forEach(OnnxTensor::close);
        }
    }

    private void check(Map<String, Tensor> values) {
        for (TensorSpec spec : inputs) {
            Tensor value = values.get(spec.name());
            if (value == null) {
                throw new IllegalArgumentException("The graph needs an input '" + spec.name() + "' (" + spec.type()
                        + Arrays.toString(spec.shape()) + "); given were " + values.keySet() + ".");
            }
            if (value.type() != spec.type()) {
                throw new IllegalArgumentException(
                        "Input '" + spec.name() + "' takes " + spec.type() + ", not " + value.type() + ".");
            }
        }
        for (String name : values.keySet()) {
            if (inputs.stream().noneMatch(s -> s.name().equals(name))) {
                throw new IllegalArgumentException("The graph has no input '" + name + "'; it takes "
                        + inputs.stream().map(TensorSpec::name).toList() + ".");
            }
        }
    }

    /** Frees the graph; no run may be in progress. */
    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw GraphFailure.of("The session did not close", e);
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
            if (!(info.getInfo() instanceof TensorInfo tensor)) {
                throw new RuntimeFailure("'" + info.getName() + "' of the graph is no tensor but " + info.getInfo()
                        + "; only graphs whose inputs and outputs are tensors can be used.");
            }
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
            default ->
                throw new RuntimeFailure("The graph has tensors of " + info.type
                        + "; floating-point, signed integer, uint8 and bool tensors are supported.");
        };
    }
}
