package io.adm4j.export.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The floating-point arrays of a model file as {@link OnnxModel} writes it: in the file or in the file of weights beside it
 * (ONNX's external data). The file is not trusted: no more memory is allocated than the size of the files justifies, and no
 * file outside the model's folder is read.
 */
public final class OnnxWeights {
    private final Path model;
    private final Map<String, TensorProto> arrays = new LinkedHashMap<>();

    private OnnxWeights(Path model, ModelProto content) {
        this.model = model;
        for (TensorProto array : content.getGraph().getInitializerList()) {
            if (array.getDataType() == TensorProto.DataType.FLOAT_VALUE
                    || array.getDataType() == TensorProto.DataType.FLOAT16_VALUE) {
                arrays.put(array.getName(), array);
            }
        }
    }

    /**
     * Opens a model file; arrays beside it are read when asked for.
     *
     * @throws UserError if it cannot be read or is no ONNX model
     */
    public static OnnxWeights open(Path model) {
        try {
            return new OnnxWeights(model, ModelProto.parseFrom(Files.readAllBytes(model)));
        } catch (InvalidProtocolBufferException e) {
            throw new UserError(model + " is no ONNX model: fetch or export it again.", e);
        } catch (IOException e) {
            throw new UserError(model + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /** The shapes of all floating-point arrays by name, weights and constants, in the file's order; a copy. */
    public Map<String, List<Long>> shapes() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        arrays.forEach((name, array) -> shapes.put(name, List.copyOf(array.getDimsList())));
        return shapes;
    }

    /**
     * Reads an array as float32.
     *
     * @throws UserError if there is none of that name, or the files are damaged
     */
    public Tensor readFloat32(String name) {
        TensorProto array = arrays.get(name);
        if (array == null) {
            throw new UserError("The model " + model + " has no array '" + name + "'.");
        }
        boolean half = array.getDataType() == TensorProto.DataType.FLOAT16_VALUE;
        long[] shape = array.getDimsList().stream().mapToLong(Long::longValue).toArray();
        try {
            ByteBuffer data = array.getDataLocation() == TensorProto.DataLocation.EXTERNAL
                    ? external(array)
                    : array.getRawData().asReadOnlyByteBuffer();
            Tensor stored = Tensor.wrap(half ? ElementType.FLOAT16 : ElementType.FLOAT32, data, shape);
            return half ? widened(stored) : stored;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new UserError(
                    "The array '" + name + "' in " + model
                            + " does not have the bytes of its shape: fetch or export the" + " model again.",
                    e);
        } catch (IOException e) {
            throw new UserError("The weights of " + model + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private ByteBuffer external(TensorProto array) throws IOException {
        Map<String, String> entries = new LinkedHashMap<>();
        for (StringStringEntryProto entry : array.getExternalDataList()) {
            entries.put(entry.getKey(), entry.getValue());
        }
        String location = entries.getOrDefault("location", "");
        if (!location.matches("[A-Za-z0-9_][A-Za-z0-9._-]*")) {
            throw new UserError("The model " + model
                    + " takes weights from a file outside its folder: fetch or export the" + " model again.");
        }
        try (FileChannel file = FileChannel.open(model.resolveSibling(location), StandardOpenOption.READ)) {
            long offset = Long.parseLong(entries.getOrDefault("offset", "0"));
            long length = Long.parseLong(entries.getOrDefault("length", "-1"));
            if (offset < 0 || length < 0 || length > Integer.MAX_VALUE || offset > file.size() - length) {
                throw new IllegalArgumentException("bytes " + offset + " to " + offset + " + " + length);
            }
            ByteBuffer data = ByteBuffer.allocateDirect((int) length).order(ByteOrder.LITTLE_ENDIAN);
            while (data.hasRemaining() && file.read(data, offset + data.position()) >= 0) {}
            return data.flip();
        }
    }

    private static Tensor widened(Tensor halves) {
        Tensor result = Tensor.zeros(ElementType.FLOAT32, halves.shape());
        FloatBuffer to = result.floats();
        ByteBuffer from = halves.bytes();
        while (from.hasRemaining()) {
            to.put(HalfFloat.value(from.getShort()));
        }
        return result;
    }
}
