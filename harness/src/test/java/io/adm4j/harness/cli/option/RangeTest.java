package io.adm4j.harness.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

class RangeTest {
    @Test
    void boundsAreInside() throws Exception {
        assertEquals(0, new Range.AtLeastZero().convert("0"));
        assertEquals(1, new Range.AtLeastOne().convert("1"));
        assertEquals(Integer.MAX_VALUE, new Range.AtLeastOne().convert("2147483647"));
        assertEquals(0L, new Range.LongAtLeastZero().convert("0"));
        assertEquals(Long.MAX_VALUE, new Range.LongAtLeastOne().convert("9223372036854775807"));
        assertEquals(1e-9, new Range.Positive().convert("1e-9"));
        assertEquals(0.0, new Range.NonNegative().convert("0"));
        assertEquals(0.0, new Range.Fraction().convert("0"));
        assertEquals(1.0, new Range.Fraction().convert("1"));
        assertEquals(0.5, new Range.OpenFraction().convert("0.5"));
    }

    @Test
    void whatIsOutsideIsRefusedWithTheRange() {
        refused(new Range.AtLeastZero(), "-1", "'-1' is not a whole number of at least 0.");
        refused(new Range.AtLeastOne(), "0", "'0' is not a whole number of at least 1.");
        refused(new Range.AtLeastOne(), "2147483648", "'2147483648' is not at most 2147483647.");
        refused(new Range.LongAtLeastZero(), "-1", "'-1' is not a whole number of at least 0.");
        refused(new Range.LongAtLeastOne(), "0", "'0' is not a whole number of at least 1.");
        refused(new Range.Positive(), "0", "'0' is not a number above 0.");
        refused(new Range.Positive(), "Infinity", "'Infinity' is not a number above 0.");
        refused(new Range.NonNegative(), "-0.1", "'-0.1' is not a number of at least 0.");
        refused(new Range.NonNegative(), "Infinity", "'Infinity' is not a number of at least 0.");
        refused(new Range.Fraction(), "1.1", "'1.1' is not a number from 0 to 1.");
        refused(new Range.Fraction(), "-0.1", "'-0.1' is not a number from 0 to 1.");
        refused(new Range.OpenFraction(), "0", "'0' is not a number above 0 and below 1.");
        refused(new Range.OpenFraction(), "1", "'1' is not a number above 0 and below 1.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1.5.2", "NaN"})
    void whatIsNoNumberIsRefused(String value) {
        refused(new Range.AtLeastZero(), value, "'" + value + "' is not a whole number of at least 0.");
        refused(new Range.NonNegative(), value, "'" + value + "' is not a number of at least 0.");
    }

    private static void refused(ITypeConverter<?> converter, String value, String message) {
        TypeConversionException refusal = assertThrows(TypeConversionException.class, () -> converter.convert(value));
        assertEquals(message, refusal.getMessage());
    }
}
