package io.adm4j.spark;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of whole blocks of feature vectors: blocks are compared as on one machine. */
final class GroupSize implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        try {
            int size = Integer.parseInt(text);
            if (size > 0 && size % FeatureBlock.ROWS == 0) {
                return size;
            }
        } catch (NumberFormatException e) {
            // The same sentence.
        }
        throw new TypeConversionException("'" + text + "' is no multiple of " + FeatureBlock.ROWS);
    }
}
