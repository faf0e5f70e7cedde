package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.torch.Pickled.TensorView;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The range of a storage that a tensor uses, in elements.
 *
 * @param first its first element
 * @param length number of elements to the last one, inclusive
 */
record Span(long first, long length) {

    /** The span of a view in which {@link #problem} found nothing. */
    static Span of(TensorView view) {
        long[] shape = view.shape();
        if (Arrays.stream(shape).anyMatch(d -> d == 0)) {
            return new Span(0, 0);
        }
        long last = 0;
        for (int i = 0; i < shape.length; i++) {
            last += (shape[i] - 1) * view.strides()[i];
        }
        return new Span(view.offset(), last + 1);
    }

    /** The defect of a view, as the end of a sentence; null if there is none. */
    static @Nullable String problem(TensorView view) {
        long[] shape = view.shape();
        long[] strides = view.strides();
        if (shape.length != strides.length) {
            return "has " + shape.length + " dimensions but " + strides.length + " strides";
        }
        if (view.offset() < 0 || view.storage().elements() < 0) {
            return "has a negative offset or storage size";
        }
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] < 0 || strides[i] < 0) {
                return "has a negative dimension or stride";
            }
        }
        try {
            long elements = 1;
            for (long d : shape) {
                // A dimension of 0 must not hide that the others have no product.
                elements = Math.multiplyExact(elements, Math.max(d, 1));
            }
            if (Arrays.stream(shape).anyMatch(d -> d == 0)) {
                return null;
            }
            long last = view.offset();
            for (int i = 0; i < shape.length; i++) {
                last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
            }
            if (last < view.storage().elements() && elements <= view.storage().elements()) {
                return null;
            }
        } catch (ArithmeticException e) {
            return "has a shape of " + Arrays.toString(shape) + ", which is too large for any file";
        }
        return "of shape " + Arrays.toString(shape) + " reaches beyond its storage of "
                + view.storage().elements() + " elements";
    }
}
