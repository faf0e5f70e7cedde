package io.adm4j.function.service;

import io.adm4j.bundle.ClassNames;
import io.adm4j.feedback.Quoted;
import io.adm4j.feedback.UserError;
import io.adm4j.sampling.ImageState;
import io.adm4j.sampling.ModelCapabilities;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.SettingsText;
import io.adm4j.sampling.StepChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A checked request for images.
 *
 * @param label class of all images, or null: then the image of seed s has class s modulo the number of classes
 * @param labelled whether the images have labels; those of an unconditional denoiser without guidance have none
 * @param seed seed of the first image; the i-th has {@code seed + i} unless {@code seeds} says otherwise
 * @param count number of images, from 1
 * @param seeds the seed of each image, or none
 * @param labels the label of each image, or none
 * @param settings how the base model samples
 * @param upsampling how the upsampler samples, if the images are upsampled
 * @param time how long it may take
 * @param images how far each image has come in an earlier request; none for a new one
 */
public record SampleQuery(
        @Nullable Integer label,
        boolean labelled,
        long seed,
        int count,
        List<Long> seeds,
        List<Integer> labels,
        SamplingSettings settings,
        Optional<SamplingSettings> upsampling,
        RequestTime time,
        List<ImageState> images) {
    /** The token of an earlier request, which stands for all fields but those of {@link RequestTime}. */
    public static final String TOKEN = "token";

    /** The fields of a request. */
    public static final List<String> FIELDS = Stream.of(
                    List.of("label", "seed", "count"),
                    StageFields.BASE.names(),
                    List.of("upsample"),
                    StageFields.UPSAMPLER.names(),
                    RequestTime.FIELDS,
                    List.of(TOKEN))
            .flatMap(List::stream)
            .toList();

    /** Largest seed: whole numbers up to here survive JSON readers that only know doubles. */
    static final long LARGEST_SEED = (1L << 53) - 1;

    /** Strength of the guidance where neither request nor settings nor bundle say. */
    private static final double USUAL_SCALE = 1;

    static final long LARGEST_RANDOM_SEED = 1L << 31;

    /**
     * Checks a request against the loaded bundles.
     *
     * @param fields by name; null values count as left out
     * @param keys what is chosen image by image; then the fields for all images must be left out
     * @throws Refusal with the field and what is allowed for it
     */
    static SampleQuery of(Map<String, String> fields, ImageKeys keys, BundleInfo bundle, FunctionConfig config) {
        fields.keySet().forEach(SampleQuery::checkName);
        checkOnce(fields, keys);
        ModelCapabilities base = bundle.base();
        Integer label = label(fields.get("label"), base.classes());
        List<Long> seeds = keys.seeds().stream()
                .map(seed -> whole("seed", seed, 0, LARGEST_SEED))
                .toList();
        List<Integer> labels =
                keys.labels().stream().map(text -> label(text, base.classes())).toList();
        String keyed = keys.count() > 0 ? String.valueOf(keys.count()) : fields.get("count");
        int count = keyed == null
                ? 1
                : (int) whole("count", keyed, 1, config.limit().count());
        String first = fields.get("seed");
        long seed = first == null ? random(seeds) : whole("seed", first, 0, LARGEST_SEED);
        SamplingSettings settings = StageFields.BASE.read(
                fields,
                chosen -> standard(chosen, bundle, config.standard()),
                config.limit().steps());
        boolean labelled = base.usesLabels(settings);
        if ((label != null || !labels.isEmpty()) && !labelled) {
            throw Refusal.badInput("label must be left out where classifierScale is 0: only the classifier of this"
                    + " bundle knows its classes.");
        }
        SampleQuery query = new SampleQuery(
                label,
                labelled && base.classes().count() > 0,
                seed,
                count,
                seeds,
                labels,
                settings,
                upsampling(fields, bundle.upsampler(), labelled, config),
                RequestTime.of(fields, config),
                List.of());
        int[] one = query.labelled ? new int[] {Objects.requireNonNull(query.labelOf(0, base.classes()))} : new int[0];
        StageFields.BASE.check(settings, one, base);
        query.upsampling.ifPresent(
                s -> StageFields.UPSAMPLER.check(s, one, bundle.upsampler().orElseThrow()));
        return query;
    }

    /** The settings of a request that names nothing but perhaps a sampler: those of the function, else of the bundle. */
    private static SamplingSettings standard(
            Optional<SamplerKind> chosen, BundleInfo bundle, FunctionConfig.Standard standard) {
        boolean guides = bundle.base().hasClassifier();
        SamplingSettings usual =
                bundle.defaults().over(usual(SamplingSettings.DEFAULT_STEPS, guides ? USUAL_SCALE : 0), chosen);
        OptionalDouble scale = guides ? standard.classifierScale() : OptionalDouble.empty();
        return new SamplingSettings(
                usual.sampler(),
                standard.steps().map(StepChoice::parse).orElse(usual.steps()),
                usual.eta(),
                SettingsText.guidance(
                        scale.orElse(usual.classifierScale()),
                        null,
                        usual.guidance().rescale(),
                        usual.guidance()),
                usual.thresholding(),
                usual.solver());
    }

    private static SamplingSettings usual(String steps, double scale) {
        return new SamplingSettings(
                SamplerKind.of(SamplingSettings.DEFAULT_SAMPLER), StepChoice.parse(steps), 0, scale, true);
    }

    private static void checkOnce(Map<String, String> fields, ImageKeys keys) {
        Map<String, Boolean> taken =
                Map.of("seed", !keys.seeds().isEmpty(), "label", !keys.labels().isEmpty(), "count", keys.count() > 0);
        taken.forEach((name, given) -> {
            if (given && given(fields, name)) {
                throw Refusal.badInput(name + " must be given once: for each image, or for all of them.");
            }
        });
    }

    private static long random(List<Long> seeds) {
        return seeds.isEmpty() ? ThreadLocalRandom.current().nextLong(LARGEST_RANDOM_SEED) : seeds.get(0);
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
                fields,
                chosen -> SamplingDefaults.NONE.over(usual(config.standard().upsamplerSteps(), 0), chosen),
                config.limit().steps());
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

    /**
     * The same request for an answer that holds images alone.
     *
     * @throws Refusal if it asks to be suspended
     */
    public SampleQuery whole() {
        if (time.suspends()) {
            throw Refusal.badInput((time.maxSteps().isPresent() ? "maxSteps" : "budgetMs")
                    + " must be left out here: this answer has no place for a token; use /sample.");
        }
        return this;
    }

    /** The same request, continued from given states. */
    SampleQuery from(List<ImageState> states, RequestTime newTime) {
        return new SampleQuery(
                label, labelled, seed, count, seeds, labels, settings, upsampling, newTime, List.copyOf(states));
    }

    /** Whether {@link #fields} can say what is sampled. */
    boolean hasFields() {
        return seeds.isEmpty() && labels.isEmpty();
    }

    /**
     * The fields that ask for the same images.
     *
     * @throws IllegalStateException if they are chosen image by image, for which there are no fields
     */
    public Map<String, String> fields() {
        if (!hasFields()) {
            throw new IllegalStateException("Images that are chosen one by one have no fields.");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        if (label != null) {
            fields.put("label", String.valueOf(label));
        }
        fields.put("seed", String.valueOf(seed));
        fields.put("count", String.valueOf(count));
        StageFields.BASE.write(settings, fields);
        fields.put("upsample", String.valueOf(upsampling.isPresent()));
        upsampling.ifPresent(s -> StageFields.UPSAMPLER.write(s, fields));
        return fields;
    }

    /** Seed of the i-th image. */
    public long seedOf(int i) {
        return seeds.isEmpty() ? seed + i : seeds.get(i);
    }

    /** Label of the i-th image, or null if it has none. */
    public @Nullable Integer labelOf(int i, ClassNames classes) {
        if (label != null) {
            return label;
        }
        if (!labels.isEmpty()) {
            return labels.get(i);
        }
        return labelled ? (int) (seedOf(i) % classes.count()) : null;
    }

    private static boolean given(Map<String, String> fields, String name) {
        return fields.get(name) != null;
    }

    /**
     * Reads a label.
     *
     * @throws Refusal if the classes have none of this name or number
     */
    static @Nullable Integer label(@Nullable String text, ClassNames classes) {
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

    /**
     * Reads a whole number.
     *
     * @throws Refusal with the field's name and the range if it is none within it
     */
    static long whole(String name, String text, long least, long most) {
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
