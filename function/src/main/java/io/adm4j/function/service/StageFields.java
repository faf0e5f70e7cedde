package io.adm4j.function.service;

import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.feedback.Quoted;
import io.adm4j.sampling.ModelCapabilities;
import io.adm4j.sampling.RequestField;
import io.adm4j.sampling.SampleRequestException;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.SettingsText;
import io.adm4j.sampling.StepChoice;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a request that set how one stage samples. The rules for their values are those of {@link SamplingSettings}
 * and {@link ModelCapabilities}; only the limits are the function's own.
 */
record StageFields(
        String sampler, String steps, String eta, String classifierScale, Map<RequestField, String> further) {
    /** The fields of the base model. */
    static final StageFields BASE = new StageFields("sampler", "steps", "eta", "classifierScale", furtherFields());
    /** The fields of the upsampler. */
    static final StageFields UPSAMPLER = new StageFields(
            "upsamplerSampler", "upsamplerSteps", "upsamplerEta", "upsamplerClassifierScale", furtherUpsamplerFields());

    private static final double LARGEST_SCALE = 1000;

    /** What else the base model takes, in the order of the documentation. */
    private static Map<RequestField, String> furtherFields() {
        Map<RequestField, String> names = new EnumMap<>(RequestField.class);
        names.put(RequestField.GUIDANCE_INTERVAL, "guidanceInterval");
        names.put(RequestField.GUIDANCE_RESCALE, "guidanceRescale");
        names.put(RequestField.THRESHOLDING, "thresholding");
        names.put(RequestField.THRESHOLDING_RATIO, "thresholdingRatio");
        names.put(RequestField.SOLVER_ORDER, "solverOrder");
        names.put(RequestField.SOLVER_METHOD, "solverMethod");
        names.put(RequestField.SKIP_TYPE, "skipType");
        return Collections.unmodifiableMap(names);
    }

    /** What else the upsampler takes: published upsamplers have no classifier that could guide. */
    private static Map<RequestField, String> furtherUpsamplerFields() {
        Map<RequestField, String> names = new EnumMap<>(RequestField.class);
        names.put(RequestField.THRESHOLDING, "upsamplerThresholding");
        names.put(RequestField.THRESHOLDING_RATIO, "upsamplerThresholdingRatio");
        names.put(RequestField.SOLVER_ORDER, "upsamplerSolverOrder");
        names.put(RequestField.SOLVER_METHOD, "upsamplerSolverMethod");
        names.put(RequestField.SKIP_TYPE, "upsamplerSkipType");
        return Collections.unmodifiableMap(names);
    }

    /** The names, in the order of the documentation. */
    List<String> names() {
        return Stream.concat(Stream.of(steps, sampler, eta, classifierScale), further.values().stream())
                .toList();
    }

    /**
     * Reads the settings of a request.
     *
     * @param fields by name; null values count as left out
     * @param standard the settings of a request that names nothing but perhaps a sampler
     * @param mostSteps largest number of steps
     * @throws Refusal with the field and what is allowed for it
     */
    SamplingSettings read(
            Map<String, String> fields, Function<Optional<SamplerKind>, SamplingSettings> standard, int mostSteps) {
        SamplingSettings settings = named(() -> {
            SamplingSettings usual =
                    standard.apply(Optional.ofNullable(fields.get(sampler)).map(SamplerKind::of));
            String choice = fields.get(steps);
            String interval = further(fields, RequestField.GUIDANCE_INTERVAL);
            return new SamplingSettings(
                    usual.sampler(),
                    choice == null ? usual.steps() : StepChoice.parse(withPluses(choice)),
                    decimal(fields, eta, usual.eta()),
                    SettingsText.guidance(
                            scale(fields, usual.classifierScale()),
                            interval,
                            decimal(
                                    fields,
                                    further.get(RequestField.GUIDANCE_RESCALE),
                                    usual.guidance().rescale()),
                            usual.guidance()),
                    SettingsText.thresholding(
                            further(fields, RequestField.THRESHOLDING),
                            further(fields, RequestField.THRESHOLDING_RATIO) == null
                                    ? null
                                    : decimal(fields, further.get(RequestField.THRESHOLDING_RATIO), 0),
                            usual.thresholding()),
                    SettingsText.solver(
                            SettingsText.order(further(fields, RequestField.SOLVER_ORDER)),
                            further(fields, RequestField.SOLVER_METHOD),
                            further(fields, RequestField.SKIP_TYPE),
                            usual.solver()));
        });
        long total = settings.steps().total();
        if (total < 1 || total > mostSteps) {
            throw Refusal.badInput(steps + " must be from 1 to " + mostSteps + " in all, not " + total + ".");
        }
        return settings;
    }

    private double scale(Map<String, String> fields, double standard) {
        double scale = decimal(fields, classifierScale, standard);
        if (!(scale >= 0 && scale <= LARGEST_SCALE)) {
            throw Refusal.badInput(classifierScale + " must be a number from 0 to " + (long) LARGEST_SCALE + ", not "
                    + Quoted.of(text(fields, classifierScale, String.valueOf(standard))) + ".");
        }
        return scale;
    }

    /** Writes settings as fields that {@link #read} reads as the same. */
    void write(SamplingSettings settings, Map<String, String> fields) {
        fields.put(steps, settings.steps().toString());
        fields.put(sampler, settings.sampler().key());
        if (settings.sampler().takesEta()) {
            fields.put(eta, String.valueOf(settings.eta()));
        }
        fields.put(classifierScale, String.valueOf(settings.classifierScale()));
        GuidanceSettings guidance = settings.guidance();
        if (!guidance.everywhere()) {
            put(fields, RequestField.GUIDANCE_INTERVAL, guidance.from() + "," + guidance.to());
        }
        put(fields, RequestField.GUIDANCE_RESCALE, guidance.rescale());
        put(fields, RequestField.THRESHOLDING, settings.thresholding().kind().key());
        if (settings.thresholding().kind() == Thresholding.Kind.DYNAMIC) {
            put(fields, RequestField.THRESHOLDING_RATIO, settings.thresholding().ratio());
        }
        put(fields, RequestField.SOLVER_ORDER, settings.solver().order());
        put(fields, RequestField.SOLVER_METHOD, settings.solver().method().key());
        put(fields, RequestField.SKIP_TYPE, settings.solver().skipType().key());
    }

    private void put(Map<String, String> fields, RequestField field, Object value) {
        String name = further.get(field);
        if (name != null) {
            fields.put(name, String.valueOf(value));
        }
    }

    private @Nullable String further(Map<String, String> fields, RequestField field) {
        String name = further.get(field);
        return name == null ? null : fields.get(name);
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
            case METHOD -> "method";
            case LABEL, LOW_RES, INITIAL_NOISE -> "label";
            case GUIDANCE_INTERVAL,
                    GUIDANCE_RESCALE,
                    THRESHOLDING,
                    THRESHOLDING_RATIO,
                    SOLVER_ORDER,
                    SOLVER_METHOD,
                    SKIP_TYPE -> further.getOrDefault(field, sampler);
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

    /**
     * Reads a number.
     *
     * @throws Refusal with the field's name if it is none
     */
    static double decimal(Map<String, String> fields, @Nullable String name, double standard) {
        String text = name == null ? null : fields.get(name);
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
