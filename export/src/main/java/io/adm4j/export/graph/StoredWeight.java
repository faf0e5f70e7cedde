package io.adm4j.export.graph;

import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** A weight in the type that its parameter has in a model. */
final class StoredWeight {
    private StoredWeight() {}

    /**
     * The elements in the type that the model file stores.
     *
     * @param weight float32, of the parameter's shape; returned as it is where the parameter is float32
     * @throws UserError if an element is too large for the parameter's type, or is NaN
     */
    static Tensor of(Parameter parameter, Tensor weight) {
        ElementType type = parameter.value().type();
        if (type == weight.type()) {
            return weight;
        }
        if (type != ElementType.FLOAT16) {
            throw new IllegalArgumentException(
                    "The parameter '" + parameter.name() + "' is " + type + ", in which no weights are stored.");
        }
        Tensor stored = Tensor.zeros(type, weight.shape());
        ByteBuffer to = stored.bytes();
        FloatBuffer from = weight.floats();
        while (from.hasRemaining()) {
            float value = from.get();
            short bits = HalfFloat.bits(value);
            if (!Float.isFinite(HalfFloat.value(bits))) {
                throw new UserError("The weight '" + parameter.name() + "' holds " + value
                        + ", which float16 cannot (its largest number" + " is 65504): keep this network in fp32.");
            }
            to.putShort(bits);
        }
        return stored;
    }
}
