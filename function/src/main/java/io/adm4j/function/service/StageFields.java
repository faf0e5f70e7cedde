package io.adm4j.function.service;

import io.adm4j.feedback.Quoted;
import io.adm4j.sampling.ModelCapabilities;
import io.adm4j.sampling.RequestField;
import io.adm4j.sampling.SampleRequestException;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The fields of a request that set how one stage samples. The rules for their values are those of {@link SamplingSettings}
 * and {@link ModelCapabilities}; only the limits are the function's own.
 */
record StageFields(String sampler, String steps, String eta, String classifierScale) {
    /** The fields of the base model. */
    static final StageFields BASE = new StageFields("sampler", "steps", "eta", "classifierScale");
    /** The fields of the upsampler. */
    static final StageFields UPSAMPLER =
            new StageFields("upsamplerSampler", "upsamplerSteps", "upsamplerEta", "upsamplerClassifierScale");

    private static final double LARGEST_SCALE = 1000;

    /** The names, in the order of the documentation. */
    List<String> names() {
        return List.of(steps, sampler, eta, classifierScale);
    }

    /**
     * Reads the settings of a request.
     *
     * @param fields by name; null values count as left out
     * @param standardSteps steps of a request without the field
     * @param standardScale classifier scale of a request without the field
     * @param mostSteps largest number of steps
     * @throws Refusal with the field and what is allowed for it
     */
    SamplingSettings read(Map<String, String> fields, String standardSteps, double standardScale, int mostSteps) {
        double scale = decimal(fields, classifierScale, standardScale);
        if (!(scale >= 0 && scale <= LARGEST_SCALE)) {
            throw Refusal.badInput(classifierScale + " must be a number from 0 to " + (long) LARGEST_SCALE + ", not "
                    + Quoted.of(text(fields, classifierScale, String.valueOf(standardScale))) + ".");
        }
        double noise = decimal(fields, eta, 0);
        SamplingSettings settings = named(() -> new SamplingSettings(
                SamplerKind.of(text(fields, sampler, SamplingSettings.DEFAULT_SAMPLER)),
                StepChoice.parse(withPluses(text(fields, steps, standardSteps))),
                noise,
                scale,
                true));
        long total = settings.steps().total();
        if (total < 1 || total > mostSteps) {
            throw Refusal.badInput(steps + " must be from 1 to " + mostSteps + " in all, not " + total + ".");
        }
        return settings;
    }

    /** Writes settings as fields that {@link #read} reads as the same. */
    void write(SamplingSettings settings, Map<String, String> fields) {
        fields.put(steps, settings.steps().toString());
        fields.put(sampler, settings.sampler().key());
        if (settings.sampler().takesEta()) {
            fields.put(eta, String.valueOf(settings.eta()));
        }
        fields.put(classifierScale, String.valueOf(settings.classifierScale()));
    }

    /**
     * Checks settings against a model.
     *
     * @throws Refusal with the field and what is allowed for it
     */
    void check(SamplingSettings settings, int[] labels, ModelCapabilities model) {
        named(() -> {
            model.check(settings, labels);
            return settings;
        });
    }

    /** Runs a check of the core; the sentence about what is wrong then has the field's name. */
    private SamplingSettings named(Supplier<SamplingSettings> check) {
        try {
            return check.get();
        } catch (SampleRequestException e) {
            throw Refusal.badInput(e.messageFor(name(e.field())));
        }
    }

    private String name(RequestField field) {
        return switch (field) {
            case SAMPLER -> sampler;
            case STEPS -> steps;
            case ETA -> eta;
            case CLASSIFIER_SCALE -> classifierScale;
            case LABEL, LOW_RES, INITIAL_NOISE -> "label";
        };
    }

    /** A plus that is not percent-encoded in a query arrives as a space. */
    private static String withPluses(String steps) {
        return steps.replaceAll("(?<=[0-9]) (?=[0-9])", "+");
    }

    private static String text(Map<String, String> fields, String name, String standard) {
        String text = fields.get(name);
        return text == null ? standard : text;
    }

    private static double decimal(Map<String, String> fields, String name, double standard) {
        String text = fields.get(name);
        if (text == null) {
            return standard;
        }
        try {
            // Unlike Double.parseDouble this knows no NaN, no Infinity and no hexadecimal.
            return new BigDecimal(text.strip()).doubleValue();
        } catch (NumberFormatException e) {
            throw Refusal.badInput(name + " must be a number, not " + Quoted.of(text) + ".");
        }
    }
}
