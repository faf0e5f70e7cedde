package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adm4j.diffusion.DdimSampler;
import io.adm4j.diffusion.DdpmSampler;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.diffusion.TimestepRespacing;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingSettingsTest {
    private static final DiffusionConfig PROCESS = DiffusionConfig.defaults();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "25             | false | 25             | 25             | 25",
                "'  25 '        | false | 25             | 25             | 25",
                "ddim25         | true  | ddim25         | ddim25         | 25",
                "90+60+60+20+20 | false | 90+60+60+20+20 | 90,60,60,20,20 | 250",
                "999999999+999999999+999999999 | false | 999999999+999999999+999999999 | 999999999,999999999,999999999 | 2999999997",
                "''             | false | ''             | ''             | 0",
            })
    void stepsAreReadAndWritten(String text, boolean evenStride, String canonical, String published, long total) {
        StepChoice steps = StepChoice.parse(text);

        assertEquals(evenStride, steps.evenStride());
        assertEquals(canonical, steps.toString());
        assertEquals(published, steps.published());
        assertEquals(total, steps.total());
        assertEquals(steps, StepChoice.parsePublished(published));
        assertEquals(steps, StepChoice.parse(canonical));
    }

    @Test
    void thePublishedSpellingIsReadFromFilesOnly() {
        assertEquals(
                new StepChoice(false, List.of(90, 60, 60, 20, 20)), StepChoice.parsePublished(" 90, 60,60 ,20,20 "));
        assertEquals(StepChoice.ALL, StepChoice.parsePublished(""));
        refused(
                RequestField.STEPS,
                "The steps must have their sections joined by +: write 90+60+60+20+20 instead of 90,60,60,20,20.",
                () -> StepChoice.parse("90,60,60,20,20"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"many", "5,", "-5", "ddim", "+5", "5+", "5++6", "ddim5+6", "ddim5,6", "1e3", "9999999999", "90,x"})
    void whatIsNoChoiceOfStepsIsRefused(String text) {
        refused(
                RequestField.STEPS,
                "The steps must be a number such as 25, sections such as 90+60+60+20+20 or an even stride such as"
                        + " ddim25, not '" + text + "'.",
                () -> StepChoice.parse(text));
    }

    @Test
    void anImpossibleChoiceCannotBeMade() {
        assertThrows(IllegalArgumentException.class, () -> new StepChoice(true, List.of(1, 2)));
        assertThrows(IllegalArgumentException.class, () -> new StepChoice(true, List.of()));
        assertThrows(IllegalArgumentException.class, () -> StepChoice.of(-1));
    }

    @Test
    void samplersHaveTheirPublishedNames() {
        assertEquals(SamplerKind.DDIM, SamplerKind.of(" DDIM"));
        assertEquals(SamplerKind.DDPM, SamplerKind.of("ddpm"));
        assertEquals("ddpm", SamplerKind.DDPM.key());
        assertEquals("ddim", SamplerKind.DDIM.toString());
        refused(
                RequestField.SAMPLER,
                "The sampler must be one of ddim, ddpm, dpm-solver, dpm-solver++, unipc, not 'euler'.",
                () -> SamplerKind.of("euler"));
    }

    @Test
    void theDefaultsAreThoseOfTheReadme() {
        assertEquals(
                new SamplingSettings(SamplerKind.DDIM, StepChoice.strided(25), 0, 0, true),
                SamplingSettings.defaults());
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        StepChoice ten = StepChoice.of(10);
        refused(
                RequestField.ETA,
                "Eta must be a number from 0 to 1, not 1.5.",
                () -> new SamplingSettings(SamplerKind.DDIM, ten, 1.5, 0, true));
        refused(
                RequestField.ETA,
                "Eta must be a number from 0 to 1, not -0.1.",
                () -> new SamplingSettings(SamplerKind.DDIM, ten, -0.1, 0, true));
        refused(
                RequestField.ETA,
                "Eta must be a number from 0 to 1, not NaN.",
                () -> new SamplingSettings(SamplerKind.DDIM, ten, Double.NaN, 0, true));
        refused(
                RequestField.ETA,
                "Eta must be left out with the sampler ddpm: it belongs to ddim.",
                () -> new SamplingSettings(SamplerKind.DDPM, ten, 0.5, 0, true));
        refused(
                RequestField.CLASSIFIER_SCALE,
                "The classifier scale must be a finite number, not Infinity.",
                () -> SamplingSettings.ddim(10, Double.POSITIVE_INFINITY));
    }

    @Test
    void aPlainNumberIsEvenlySpacedForBothSamplersAndDdimNIsAStride() {
        DdimSampler ddim = assertInstanceOf(
                DdimSampler.class,
                new SamplingSettings(SamplerKind.DDIM, StepChoice.of(25), 0.5, 0, false).samplerFor(PROCESS));
        assertArrayEquals(TimestepRespacing.parse("25", 1000), ddim.diffusion().timestepMap());
        assertArrayEquals(
                TimestepRespacing.parse("ddim25", 1000),
                new SamplingSettings(SamplerKind.DDPM, StepChoice.parse("ddim25"), 0, 0, true)
                        .samplerFor(PROCESS)
                        .diffusion()
                        .timestepMap());
        assertEquals(0.5, ddim.eta());
        assertEquals(Thresholding.NONE, ddim.thresholding());
        DdpmSampler ddpm =
                assertInstanceOf(DdpmSampler.class, SamplingSettings.ddpm(25, 0).samplerFor(PROCESS));
        assertArrayEquals(TimestepRespacing.parse("25", 1000), ddpm.diffusion().timestepMap());
        assertEquals(Thresholding.STATIC, ddpm.thresholding());
        StepChoice sections = StepChoice.parse("10+5");
        for (SamplerKind kind : List.of(SamplerKind.DDIM, SamplerKind.DDPM)) {
            assertArrayEquals(
                    TimestepRespacing.parse("10,5", 1000),
                    new SamplingSettings(kind, sections, 0, 0, true)
                            .samplerFor(PROCESS)
                            .diffusion()
                            .timestepMap());
        }
    }

    @Test
    void stepsThatTheProcessCannotTakeAreRefused() {
        refused(
                RequestField.STEPS,
                "The steps must fit the model's process: No even stride takes exactly 300 of this model's 1000"
                        + " timesteps: use ddim250 or ddim334, or 300 alone, spaced as evenly as whole timesteps allow.",
                () -> new SamplingSettings(SamplerKind.DDIM, StepChoice.parse("ddim300"), 0, 0, true)
                        .samplerFor(PROCESS));
        refused(
                RequestField.STEPS,
                "The steps must fit the model's process: This model has 1000 timesteps, fewer than 1001 steps: use"
                        + " 1000 or fewer.",
                () -> SamplingSettings.ddpm(1001, 0).samplerFor(PROCESS));
    }

    private static void refused(RequestField field, String message, Executable attempt) {
        SampleRequestException problem = assertThrows(SampleRequestException.class, attempt);
        assertEquals(message, problem.getMessage());
        assertEquals(field, problem.field());
    }
}
