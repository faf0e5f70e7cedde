package io.adm4j.harness.cli.option;

import java.util.function.DoublePredicate;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converters of numbers that check their range, so that each option refuses by itself what it cannot take. */
public final class Range {
    private Range() {}

    /** A whole number of at least 0. */
    public static final class AtLeastZero implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return (int) whole(value, 0, Integer.MAX_VALUE);
        }
    }

    /** A whole number of at least 1. */
    public static final class AtLeastOne implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return (int) whole(value, 1, Integer.MAX_VALUE);
        }
    }

    /** A whole number of at least 2. */
    public static final class AtLeastTwo implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return (int) whole(value, 2, Integer.MAX_VALUE);
        }
    }

    /** A whole number of at least 0, of 64 bits. */
    public static final class LongAtLeastZero implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return whole(value, 0, Long.MAX_VALUE);
        }
    }

    /** A whole number of at least 1, of 64 bits. */
    public static final class LongAtLeastOne implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return whole(value, 1, Long.MAX_VALUE);
        }
    }

    /** A finite number above 0. */
    public static final class Positive implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            return real(value, v -> v > 0 && v < Double.POSITIVE_INFINITY, "a number above 0");
        }
    }

    /** A finite number of at least 0. */
    public static final class NonNegative implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            return real(value, v -> v >= 0 && v < Double.POSITIVE_INFINITY, "a number of at least 0");
        }
    }

    /** A number in [0, 1]. */
    public static final class Fraction implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            return real(value, v -> v >= 0 && v <= 1, "a number from 0 to 1");
        }
    }

    /** A number in (0, 1). */
    public static final class OpenFraction implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            return real(value, v -> v > 0 && v < 1, "a number above 0 and below 1");
        }
    }

    private static long whole(String value, long least, long most) {
        long number;
        try {
            number = Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw refused(value, "a whole number of at least " + least);
        }
        if (number < least || number > most) {
            throw refused(value, number < least ? "a whole number of at least " + least : "at most " + most);
        }
        return number;
    }

    private static double real(String value, DoublePredicate allowed, String range) {
        double number;
        try {
            number = Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw refused(value, range);
        }
        if (!allowed.test(number)) {
            throw refused(value, range);
        }
        return number;
    }

    private static TypeConversionException refused(String value, String range) {
        return new TypeConversionException("'" + value + "' is not " + range + ".");
    }
}
