package io.adm4j.function.service;

import io.adm4j.bundle.ClassNames;
import io.adm4j.feedback.Quoted;
import io.adm4j.feedback.UserError;
import io.adm4j.sampling.ModelCapabilities;
import io.adm4j.sampling.SamplingSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A checked request for images.
 *
 * @param label class of all images, or null: then the image of seed s has class s modulo the number of classes
 * @param labelled whether the images have labels; those of an unconditional denoiser without guidance have none
 * @param seed seed of the first image; the i-th has {@code seed + i}
 * @param count number of images, from 1
 * @param settings how the base model samples
 * @param upsampling how the upsampler samples, if the images are upsampled
 */
public record SampleQuery(
        @Nullable Integer label,
        boolean labelled,
        long seed,
        int count,
        SamplingSettings settings,
        Optional<SamplingSettings> upsampling) {
    /** The fields of a request. */
    public static final List<String> FIELDS = Stream.of(
                    List.of("label", "seed", "count"),
                    StageFields.BASE.names(),
                    List.of("upsample"),
                    StageFields.UPSAMPLER.names())
            .flatMap(List::stream)
            .toList();

    /** Largest seed: whole numbers up to here survive JSON readers that only know doubles. */
    static final long LARGEST_SEED = (1L << 53) - 1;

    private static final long LARGEST_RANDOM_SEED = 1L << 31;

    /**
     * Checks a request against the loaded bundles.
     *
     * @param fields by name; null values count as left out
     * @throws Refusal with the field and what is allowed for it
     */
    static SampleQuery of(Map<String, String> fields, BundleInfo bundle, FunctionConfig config) {
        fields.keySet().forEach(SampleQuery::checkName);
        ModelCapabilities base = bundle.base();
        FunctionConfig.Standard standard = config.standard();
        Integer label = label(fields.get("label"), base.classes());
        int count = (int) whole(fields, "count", 1, 1, config.limit().count());
        long seed = whole(fields, "seed", -1, 0, LARGEST_SEED);
        SamplingSettings settings = StageFields.BASE.read(
                fields,
                standard.steps(),
                base.hasClassifier() ? standard.classifierScale() : 0,
                config.limit().steps());
        boolean labelled = base.usesLabels(settings);
        if (label != null && !labelled) {
            throw Refusal.badInput("label must be left out where classifierScale is 0: only the classifier of this"
                    + " bundle knows its classes.");
        }
        SampleQuery query = new SampleQuery(
                label,
                labelled && base.classes().count() > 0,
                seed >= 0 ? seed : ThreadLocalRandom.current().nextLong(LARGEST_RANDOM_SEED),
                count,
                settings,
                upsampling(fields, bundle.upsampler(), labelled, config));
        int[] labels =
                query.labelled ? new int[] {Objects.requireNonNull(query.labelOf(0, base.classes()))} : new int[0];
        StageFields.BASE.check(settings, labels, base);
        query.upsampling.ifPresent(
                s -> StageFields.UPSAMPLER.check(s, labels, bundle.upsampler().orElseThrow()));
        return query;
    }

    private static Optional<SamplingSettings> upsampling(
            Map<String, String> fields,
            Optional<ModelCapabilities> upsampler,
            boolean labelled,
            FunctionConfig config) {
        boolean wanted = truth(fields, "upsample", upsampler.isPresent());
        if (wanted && upsampler.isEmpty()) {
            throw Refusal.badInput("upsample must be false: this function has no upsampler.");
        }
        if (!wanted) {
            StageFields.UPSAMPLER.names().stream()
                    .filter(name -> given(fields, name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw Refusal.badInput(name + " must be left out: "
                                + (upsampler.isPresent() ? "upsample is false." : "this function has no upsampler."));
                    });
            return Optional.empty();
        }
        SamplingSettings settings = StageFields.UPSAMPLER.read(
                fields, config.standard().upsamplerSteps(), 0, config.limit().steps());
        if (!labelled && upsampler.get().usesLabels(settings)) {
            throw Refusal.badInput(
                    "upsample must be false where classifierScale is 0: without guidance the images have no labels,"
                            + " which the upsampler needs.");
        }
        return Optional.of(settings);
    }

    /**
     * Checks that a request has such a field.
     *
     * @throws Refusal if not, with those it has
     */
    public static void checkName(String name) {
        if (!FIELDS.contains(name)) {
            throw Refusal.badInput(
                    "There is no field " + Quoted.of(name) + ": allowed are " + String.join(", ", FIELDS) + ".");
        }
    }

    /** Label of the i-th image, or null if it has none. */
    public @Nullable Integer labelOf(int i, ClassNames classes) {
        if (label != null) {
            return label;
        }
        return labelled ? (int) ((seed + i) % classes.count()) : null;
    }

    private static boolean given(Map<String, String> fields, String name) {
        return fields.get(name) != null;
    }

    private static @Nullable Integer label(@Nullable String text, ClassNames classes) {
        try {
            return text == null ? null : (Integer) classes.find(text.strip());
        } catch (UserError e) {
            throw Refusal.badInput(String.valueOf(e.getMessage()));
        }
    }

    private static boolean truth(Map<String, String> fields, String name, boolean standard) {
        String text = fields.get(name);
        if (text == null) {
            return standard;
        }
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Refusal.badInput(name + " must be true or false, not " + Quoted.of(text) + ".");
        };
    }

    private static long whole(Map<String, String> fields, String name, long standard, long least, long most) {
        String text = fields.get(name);
        if (text == null) {
            return standard;
        }
        try {
            long value = Long.parseLong(text.strip());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The same sentence serves what is no number and what is out of range.
        }
        throw Refusal.badInput(
                name + " must be a whole number from " + least + " to " + most + ", not " + Quoted.of(text) + ".");
    }
}
