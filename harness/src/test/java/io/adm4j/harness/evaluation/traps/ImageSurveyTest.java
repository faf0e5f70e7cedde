package io.adm4j.harness.evaluation.traps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ImageSurveyTest {
    @Test
    void aSurveyThatWasWrittenIsTheSame() {
        byte[] pixels = new byte[5 * 12 * 10 * 3];
        new SplittableRandom(1).nextBytes(pixels);
        // The last image is gray.
        java.util.Arrays.fill(pixels, 4 * 12 * 10 * 3, pixels.length, (byte) 7);
        ImageSurvey survey = new ImageSurvey();
        survey.add(Tensor.of(pixels, 5, 12, 10, 3));

        ImageSurvey read = new ImageSurvey();
        read.addFacts(survey.toTensor());

        assertEquals(survey.images(), read.images());
        assertEquals(0.2, read.grayShare());
        UserError error = assertThrows(UserError.class, () -> read.addFacts(Tensor.of(new long[] {1, 2}, 1, 2)));
        assertTrue(error.getMessage().contains("compute the parts again"), error.getMessage());
    }
}
