package io.adm4j.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfFloatTest {

    @Test
    void everyNumberSurvivesARoundTrip() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = HalfFloat.value((short) bits);
            if (!Float.isNaN(value)) {
                assertEquals((short) bits, HalfFloat.bits(value), "bits " + Integer.toHexString(bits));
            } else {
                assertTrue(Float.isNaN(HalfFloat.value(HalfFloat.bits(value))));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 3c00",
        "-2, c000",
        "65504, 7bff",
        "65519.996, 7bff",
        "65520, 7c00",
        "-1e30, fc00",
        "Infinity, 7c00",
        "NaN, 7e00",
        "5.9604645e-8, 1",
        "2.9802322e-8, 0",
        "2.9802326e-8, 1",
        "8.940697e-8, 2",
        "6.1035156e-5, 400",
        "6.1005353e-5, 400", // the largest below, rounded up into the next exponent
        "1.00048828125, 3c00",
        "1.00146484375, 3c02",
        "1.0004884, 3c01", // ties go to even
        "0, 0",
        "-0.0, 8000"
    })
    void knownNumbers(float value, String bits) {
        assertEquals(bits, Integer.toHexString(HalfFloat.bits(value) & 0xffff));
    }

    /** No number is closer than the chosen one; of two at the same distance the even one is chosen. */
    @Test
    void roundingIsConversionThereAndBack() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            assertEquals(HalfFloat.value(HalfFloat.bits(value)), HalfFloat.rounded(value), () -> "of " + value);
        }
    }

    @Test
    void theNearestNumberIsChosen() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 200_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt() & 0x7fffffff);
            if (!(value < HalfFloat.MAX_VALUE)) {
                continue;
            }
            short chosen = HalfFloat.bits(value);
            double off = Math.abs((double) HalfFloat.value(chosen) - value);
            for (int step = -1; step <= 1; step += 2) {
                int other = chosen + step;
                if (other >= 0) {
                    double distance = Math.abs((double) HalfFloat.value((short) other) - value);
                    assertTrue(off < distance || off == distance && chosen % 2 == 0, "value " + value);
                }
            }
        }
    }
}
