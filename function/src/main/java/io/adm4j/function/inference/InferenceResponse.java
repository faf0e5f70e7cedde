package io.adm4j.function.inference;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.adm4j.function.service.Refusal;
import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SampleResult;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * An inference response.
 *
 * @param body JSON, then the bytes of the outputs that are wanted so
 * @param jsonLength length of the JSON
 */
record InferenceResponse(byte[] body, int jsonLength) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Whether bytes follow the JSON. */
    boolean binary() {
        return body.length > jsonLength;
    }

    /**
     * Checks that a query has the outputs that are wanted.
     *
     * @return those outputs; without the labels of images that have none if they were not asked for by name
     * @throws Refusal if labels are wanted by name and there are none
     */
    static List<InferenceRequest.Output> outputs(InferenceRequest request, SampleQuery query) {
        if (query.labelled()) {
            return request.outputs();
        }
        if (request.outputs().stream().anyMatch(o -> o.named() && o.name().equals(ModelTensors.LABEL))) {
            throw Refusal.badInput(
                    "The outputs must not have " + ModelTensors.LABEL + ": these images have no labels.");
        }
        return request.outputs().stream()
                .filter(o -> !o.name().equals(ModelTensors.LABEL))
                .toList();
    }

    /** The response with the images of a request. */
    static InferenceResponse of(
            String model,
            String version,
            InferenceRequest request,
            List<InferenceRequest.Output> outputs,
            SampleResult result) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<byte[]> tail = new ArrayList<>();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("model_name", model);
            json.writeStringField("model_version", version);
            if (request.id().isPresent()) {
                json.writeStringField("id", request.id().get());
            }
            writeParameters(json, result);
            json.writeArrayFieldStart("outputs");
            for (InferenceRequest.Output output : outputs) {
                write(json, output, tensor(output.name(), result), tail);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int length = body.size();
        tail.forEach(body::writeBytes);
        return new InferenceResponse(body.toByteArray(), length);
    }

    /** The settings of the images: those of the request with defaults filled in. */
    private static void writeParameters(JsonGenerator json, SampleResult result) throws IOException {
        json.writeObjectFieldStart("parameters");
        SamplingSettings settings = result.query().settings();
        json.writeStringField("steps", settings.steps().toString());
        json.writeStringField("sampler", settings.sampler().key());
        json.writeNumberField("eta", settings.eta());
        json.writeNumberField("classifierScale", settings.classifierScale());
        if (result.query().upsampling().isPresent()) {
            SamplingSettings large = result.query().upsampling().get();
            json.writeStringField("upsamplerSteps", large.steps().toString());
            json.writeStringField("upsamplerSampler", large.sampler().key());
            json.writeNumberField("upsamplerEta", large.eta());
            json.writeNumberField("upsamplerClassifierScale", large.classifierScale());
        }
        json.writeNumberField("milliseconds", result.milliseconds());
        json.writeEndObject();
    }

    private static Tensor tensor(String name, SampleResult result) {
        SampleQuery query = result.query();
        if (name.equals(ModelTensors.IMAGES)) {
            return result.images().joined();
        }
        long[] values = new long[query.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = name.equals(ModelTensors.SEED)
                    ? query.seedOf(i)
                    : Objects.requireNonNull(
                            query.labelOf(i, result.bundles().base().classes()));
        }
        return Tensor.of(values, values.length);
    }

    private static void write(JsonGenerator json, InferenceRequest.Output output, Tensor tensor, List<byte[]> tail)
            throws IOException {
        boolean pixels = output.name().equals(ModelTensors.IMAGES);
        json.writeStartObject();
        json.writeStringField("name", output.name());
        json.writeStringField("datatype", (pixels ? DataType.UINT8 : DataType.INT64).name());
        json.writeFieldName("shape");
        json.writeArray(tensor.shape(), 0, tensor.rank());
        if (output.binary()) {
            byte[] bytes = pixels ? tensor.toByteArray() : littleEndian(tensor.toLongArray());
            json.writeObjectFieldStart("parameters");
            json.writeNumberField("binary_data_size", bytes.length);
            json.writeEndObject();
            tail.add(bytes);
        } else if (pixels) {
            json.writeArrayFieldStart("data");
            for (byte value : tensor.toByteArray()) {
                json.writeNumber(Byte.toUnsignedInt(value));
            }
            json.writeEndArray();
        } else {
            json.writeFieldName("data");
            json.writeArray(tensor.toLongArray(), 0, tensor.size());
        }
        json.writeEndObject();
    }

    private static byte[] littleEndian(long[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes.array();
    }
}
