package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts names with a function that refuses others by a {@link UserError}, so that the message names the option too. */
abstract class NameConverter<T> implements ITypeConverter<T> {
    private final Function<String, T> named;

    NameConverter(Function<String, T> named) {
        this.named = named;
    }

    @Override
    public final T convert(String name) {
        try {
            return named.apply(name);
        } catch (UserError e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
