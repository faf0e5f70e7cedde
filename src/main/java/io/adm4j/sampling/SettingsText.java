package io.adm4j.sampling;

import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.SkipType;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.feedback.Quoted;
import io.adm4j.feedback.ShortDecimal;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings as options and requests write them, and writes them so; what is null takes the value of the settings that hold
 * without it.
 */
public final class SettingsText {
    private SettingsText() {}

    /** Settings as a request writes them, in the order of its documentation; what cannot be said is left out. */
    public static Map<RequestField, String> write(SamplingSettings settings) {
        Map<RequestField, String> fields = new LinkedHashMap<>();
        fields.put(RequestField.STEPS, settings.steps().toString());
        fields.put(RequestField.SAMPLER, settings.sampler().key());
        if (settings.sampler().takesEta()) {
            fields.put(RequestField.ETA, String.valueOf(settings.eta()));
        }
        fields.put(RequestField.CLASSIFIER_SCALE, String.valueOf(settings.classifierScale()));
        GuidanceSettings guidance = settings.guidance();
        if (!guidance.everywhere()) {
            fields.put(RequestField.GUIDANCE_INTERVAL, guidance.from() + "," + guidance.to());
        }
        fields.put(RequestField.GUIDANCE_RESCALE, String.valueOf(guidance.rescale()));
        Thresholding thresholding = settings.thresholding();
        fields.put(RequestField.THRESHOLDING, thresholding.kind().key());
        if (thresholding.kind() == Thresholding.Kind.DYNAMIC) {
            fields.put(RequestField.THRESHOLDING_RATIO, String.valueOf(thresholding.ratio()));
        }
        fields.put(RequestField.SOLVER_ORDER, String.valueOf(settings.solver().order()));
        fields.put(RequestField.SOLVER_METHOD, settings.solver().method().key());
        fields.put(RequestField.SKIP_TYPE, settings.solver().skipType().key());
        return fields;
    }

    /**
     * How a solver works.
     *
     * @throws SampleRequestException if a value does not exist
     */
    public static SolverSettings solver(
            @Nullable Integer order, @Nullable String method, @Nullable String skipType, SolverSettings standard) {
        return new SolverSettings(
                order == null ? standard.order() : order,
                method == null
                        ? standard.method()
                        : named(RequestField.SOLVER_METHOD, SolverMethod.values(), SolverMethod::key, method),
                skipType == null
                        ? standard.skipType()
                        : named(RequestField.SKIP_TYPE, SkipType.values(), SkipType::key, skipType));
    }

    /**
     * How predictions of x_0 are kept in range.
     *
     * @param ratio only for the dynamic kind
     * @throws SampleRequestException if the kind does not exist, or the ratio is out of range or of no use
     */
    public static Thresholding thresholding(@Nullable String kind, @Nullable Double ratio, Thresholding standard) {
        Thresholding.Kind read = kind == null
                ? standard.kind()
                : named(RequestField.THRESHOLDING, Thresholding.Kind.values(), Thresholding.Kind::key, kind);
        if (ratio == null) {
            return read == standard.kind() ? standard : new Thresholding(read, Thresholding.STANDARD_RATIO);
        }
        if (read != Thresholding.Kind.DYNAMIC) {
            throw new SampleRequestException(
                    RequestField.THRESHOLDING_RATIO,
                    "must be left out with " + read.key() + " thresholding: it belongs to dynamic");
        }
        if (!(ratio > 0 && ratio <= 1)) {
            throw new SampleRequestException(
                    RequestField.THRESHOLDING_RATIO, "must be above 0 and at most 1, not " + shown(ratio));
        }
        return new Thresholding(read, ratio);
    }

    /**
     * How the classifier guides.
     *
     * @param interval two timesteps joined by a comma, the one with less noise first
     * @throws SampleRequestException if a value is out of range
     */
    public static GuidanceSettings guidance(
            double scale, @Nullable String interval, double rescale, GuidanceSettings standard) {
        if (!Double.isFinite(scale)) {
            throw new SampleRequestException(RequestField.CLASSIFIER_SCALE, "must be a finite number, not " + scale);
        }
        if (!(rescale >= 0 && rescale <= 1)) {
            throw new SampleRequestException(
                    RequestField.GUIDANCE_RESCALE, "must be a number from 0 to 1, not " + shown(rescale));
        }
        if (interval == null) {
            return new GuidanceSettings(scale, standard.from(), standard.to(), rescale);
        }
        String[] ends = interval.split(",", -1);
        if (ends.length == 2) {
            try {
                double from = Double.parseDouble(ends[0].strip());
                double to = Double.parseDouble(ends[1].strip());
                if (from >= 0 && from <= to && to < Double.POSITIVE_INFINITY) {
                    return new GuidanceSettings(scale, from, to, rescale);
                }
            } catch (NumberFormatException e) {
                throw noInterval(interval);
            }
        }
        throw noInterval(interval);
    }

    /**
     * Reads the order of a solver.
     *
     * @throws SampleRequestException if it is no small number
     */
    public static @Nullable Integer order(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (!text.strip().matches("[0-9]{1,9}")) {
            throw new SampleRequestException(RequestField.SOLVER_ORDER, "must be 1, 2 or 3, not " + Quoted.of(text));
        }
        return Integer.valueOf(text.strip());
    }

    /**
     * Reads a number; there is no NaN, no infinity and no hexadecimal.
     *
     * @throws SampleRequestException if it is none
     */
    public static double decimal(RequestField field, String text) {
        try {
            return new BigDecimal(text.strip()).doubleValue();
        } catch (NumberFormatException e) {
            throw new SampleRequestException(field, "must be a number, not " + Quoted.of(text));
        }
    }

    private static SampleRequestException noInterval(String interval) {
        return new SampleRequestException(
                RequestField.GUIDANCE_INTERVAL,
                "must be two timesteps from 0 on, the lower one first, such as 200,800; not " + Quoted.of(interval));
    }

    private static <T> T named(RequestField field, T[] values, Function<T, String> key, String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        return Stream.of(values)
                .filter(value -> key.apply(value).equals(name))
                .findFirst()
                .orElseThrow(() -> new SampleRequestException(
                        field,
                        "must be one of " + Arrays.stream(values).map(key).collect(Collectors.joining(", ")) + ", not "
                                + Quoted.of(text)));
    }

    private static String shown(double value) {
        return Double.isFinite(value) ? ShortDecimal.of(value) : String.valueOf(value);
    }
}
