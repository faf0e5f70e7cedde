package io.adm4j.function.service;

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
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a request that set how one stage samples. The rules for their values are those of {@link SamplingSettings}
 * and {@link ModelCapabilities}; only the limits are the function's own.
 */
record StageFields(Map<RequestField, String> byField) {
    /** In the order of the documentation. */
    private static final List<RequestField> ALL = List.of(
            RequestField.STEPS,
            RequestField.SAMPLER,
            RequestField.ETA,
            RequestField.CLASSIFIER_SCALE,
            RequestField.GUIDANCE_INTERVAL,
            RequestField.GUIDANCE_RESCALE,
            RequestField.THRESHOLDING,
            RequestField.THRESHOLDING_RATIO,
            RequestField.SOLVER_ORDER,
            RequestField.SOLVER_METHOD,
            RequestField.SKIP_TYPE);

    /** Published upsamplers have no classifier that could guide. */
    private static final Set<RequestField> OF_BASE_ALONE =
            EnumSet.of(RequestField.GUIDANCE_INTERVAL, RequestField.GUIDANCE_RESCALE);

    /** The fields of the base model. */
    static final StageFields BASE = named(ALL.stream(), RequestField::key);
    /** The fields of the upsampler. */
    static final StageFields UPSAMPLER = named(
            ALL.stream().filter(field -> !OF_BASE_ALONE.contains(field)),
            field -> "upsampler" + field.key().substring(0, 1).toUpperCase(Locale.ROOT)
                    + field.key().substring(1));

    private static final double LARGEST_SCALE = 1000;

    private static StageFields named(Stream<RequestField> fields, Function<RequestField, String> name) {
        Map<RequestField, String> byField = new LinkedHashMap<>();
        fields.forEach(field -> byField.put(field, name.apply(field)));
        return new StageFields(Collections.unmodifiableMap(byField));
    }

    /** The names, in the order of the documentation. */
    List<String> names() {
        return List.copyOf(byField.values());
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
            SamplingSettings usual = standard.apply(
                    Optional.ofNullable(text(fields, RequestField.SAMPLER)).map(SamplerKind::of));
            String choice = text(fields, RequestField.STEPS);
            return new SamplingSettings(
                    usual.sampler(),
                    choice == null ? usual.steps() : StepChoice.parse(withPluses(choice)),
                    decimal(fields, byField.get(RequestField.ETA), usual.eta()),
                    SettingsText.guidance(
                            scale(fields, usual.classifierScale()),
                            text(fields, RequestField.GUIDANCE_INTERVAL),
                            decimal(
                                    fields,
                                    byField.get(RequestField.GUIDANCE_RESCALE),
                                    usual.guidance().rescale()),
                            usual.guidance()),
                    SettingsText.thresholding(
                            text(fields, RequestField.THRESHOLDING),
                            text(fields, RequestField.THRESHOLDING_RATIO) == null
                                    ? null
                                    : decimal(fields, byField.get(RequestField.THRESHOLDING_RATIO), 0),
                            usual.thresholding()),
                    SettingsText.solver(
                            SettingsText.order(text(fields, RequestField.SOLVER_ORDER)),
                            text(fields, RequestField.SOLVER_METHOD),
                            text(fields, RequestField.SKIP_TYPE),
                            usual.solver()));
        });
        long total = settings.steps().total();
        if (total < 1 || total > mostSteps) {
            throw Refusal.badInput(
                    name(RequestField.STEPS) + " must be from 1 to " + mostSteps + " in all, not " + total + ".");
        }
        return settings;
    }

    private double scale(Map<String, String> fields, double standard) {
        String name = name(RequestField.CLASSIFIER_SCALE);
        double scale = decimal(fields, name, standard);
        if (!(scale >= 0 && scale <= LARGEST_SCALE)) {
            String given = fields.get(name);
            throw Refusal.badInput(name + " must be a number from 0 to " + (long) LARGEST_SCALE + ", not "
                    + Quoted.of(given == null ? String.valueOf(standard) : given) + ".");
        }
        return scale;
    }

    /** Writes settings as fields that {@link #read} reads as the same. */
    void write(SamplingSettings settings, Map<String, String> fields) {
        SettingsText.write(settings).forEach((field, text) -> {
            String name = byField.get(field);
            if (name != null) {
                fields.put(name, text);
            }
        });
    }

    private @Nullable String text(Map<String, String> fields, RequestField field) {
        String name = byField.get(field);
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
            case METHOD -> "method";
            case LABEL, LOW_RES, INITIAL_NOISE -> "label";
            default -> byField.getOrDefault(field, Objects.requireNonNull(byField.get(RequestField.SAMPLER)));
        };
    }

    /** A plus that is not percent-encoded in a query arrives as a space. */
    private static String withPluses(String steps) {
        return steps.replaceAll("(?<=[0-9]) (?=[0-9])", "+");
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
