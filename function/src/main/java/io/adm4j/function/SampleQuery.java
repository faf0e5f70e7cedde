package io.adm4j.function;

import io.adm4j.bundle.ClassNames;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.feedback.Quoted;
import io.adm4j.function.BundleInfo.UpsamplerFacts;
import io.adm4j.sampling.SamplingSettings;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A checked request for images.
 *
 * @param label class of all images, or null: then the image of seed s shows class s modulo the number of classes
 * @param labelled whether the images are of chosen classes; not those of an unconditional denoiser without guidance
 * @param seed seed of the first image; the i-th has {@code seed + i}
 * @param count images, from 1
 * @param steps denoising steps: a number, {@code ddimN}, or a list of numbers for equal sections of the process
 * @param sampler {@code ddim} or {@code ddpm}
 * @param eta noise of the ddim sampler, 0 (none) to 1 (as much as ddpm)
 * @param classifierScale strength of the guidance, from 0 (none)
 * @param enlarging how images are enlarged, if they are
 */
record SampleQuery(
        Integer label,
        boolean labelled,
        long seed,
        int count,
        String steps,
        String sampler,
        double eta,
        double classifierScale,
        Optional<UpsamplingSettings> enlarging) {
    /** The fields of a request that are about enlarging, beyond whether to. */
    private static final List<String> ENLARGING_FIELDS =
            List.of("upsamplerSteps", "upsamplerSampler", "upsamplerEta", "upsamplerClassifierScale");

    /** The fields of a request. */
    static final List<String> FIELDS = List.of(
            "label",
            "seed",
            "count",
            "steps",
            "sampler",
            "eta",
            "classifierScale",
            "upsample",
            "upsamplerSteps",
            "upsamplerSampler",
            "upsamplerEta",
            "upsamplerClassifierScale");

    /** Largest seed: whole numbers up to here survive JSON readers that only know doubles. */
    static final long LARGEST_SEED = (1L << 53) - 1;

    private static final long LARGEST_DRAWN_SEED = 1L << 31;
    private static final double LARGEST_SCALE = 1000;

    /**
     * Checks a request against what a bundle can do.
     *
     * @param fields by name; null values count as left out
     * @throws HttpException with the field and what is allowed for it
     */
    static SampleQuery of(Map<String, String> fields, BundleInfo bundle, FunctionConfig config) {
        fields.keySet().forEach(SampleQuery::checkName);
        String label = fields.get("label");
        Integer found = label == null ? null : label(label, bundle.classes());
        int count = (int) whole(fields, "count", 1, 1, config.limit().count());
        long seed = whole(fields, "seed", -1, 0, LARGEST_SEED);
        String sampler = sampler(fields, "sampler");
        String steps = steps(fields, "steps", config.standard().steps(), sampler, bundle.process(), "bundle", config);
        double eta = eta(fields, "eta", "sampler", sampler);
        double standard = config.standard().classifierScale();
        double scale = scale(fields, "classifierScale", standard, bundle.hasClassifier(), "bundle");
        boolean labelled = bundle.conditional() || scale != 0;
        if (found != null && !labelled) {
            throw HttpException.badInput(
                    "label must be left out where classifierScale is 0: only the classifier of this"
                            + " bundle knows its classes.");
        }
        Optional<UpsamplingSettings> enlarging = enlarging(fields, bundle.upsampler(), labelled, config);
        return new SampleQuery(
                found,
                labelled && bundle.classes().count() > 0,
                seed >= 0 ? seed : ThreadLocalRandom.current().nextLong(LARGEST_DRAWN_SEED),
                count,
                steps,
                sampler,
                eta,
                scale,
                enlarging);
    }

    private static Optional<UpsamplingSettings> enlarging(
            Map<String, String> fields, Optional<UpsamplerFacts> upsampler, boolean labelled, FunctionConfig config) {
        boolean wanted = truth(fields, "upsample", upsampler.isPresent());
        if (wanted && upsampler.isEmpty()) {
            throw HttpException.badInput("upsample must be false: this function has no upsampler.");
        }
        if (!wanted) {
            ENLARGING_FIELDS.stream()
                    .filter(name -> given(fields, name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw HttpException.badInput(name + " must be left out: "
                                + (upsampler.isPresent() ? "upsample is false." : "this function has no upsampler."));
                    });
            return Optional.empty();
        }
        UpsamplerFacts facts = upsampler.get();
        if (!labelled && (facts.conditional() || given(fields, "upsamplerClassifierScale"))) {
            throw HttpException.badInput(
                    "upsample must be false where classifierScale is 0: without guidance the images"
                            + " are of no class that the upsampler could be told.");
        }
        String sampler = sampler(fields, "upsamplerSampler");
        String standard = config.standard().upsamplerSteps();
        return Optional.of(new UpsamplingSettings(
                steps(fields, "upsamplerSteps", standard, sampler, facts.process(), "upsampler", config),
                sampler,
                eta(fields, "upsamplerEta", "upsamplerSampler", sampler),
                scale(fields, "upsamplerClassifierScale", 0, facts.hasClassifier(), "upsampler")));
    }

    /**
     * Checks that a request has such a field.
     *
     * @throws HttpException if not, with those it has
     */
    static void checkName(String name) {
        if (!FIELDS.contains(name)) {
            throw HttpException.badInput(
                    "There is no field " + Quoted.of(name) + ": allowed are " + String.join(", ", FIELDS) + ".");
        }
    }

    /** The settings for the pipeline. */
    SamplingSettings settings() {
        return new SamplingSettings(sampler, steps, eta, classifierScale, true);
    }

    /** Class of the i-th image, or null where it is of no chosen class. */
    Integer labelOf(int i, ClassNames classes) {
        if (label != null) {
            return label;
        }
        return labelled ? (int) ((seed + i) % classes.count()) : null;
    }

    private static boolean given(Map<String, String> fields, String name) {
        return fields.get(name) != null;
    }

    private static int label(String text, ClassNames classes) {
        try {
            return classes.find(text.strip());
        } catch (IllegalArgumentException e) {
            throw HttpException.badInput(e.getMessage());
        }
    }

    private static String sampler(Map<String, String> fields, String name) {
        String text = fields.get(name);
        if (text == null) {
            return "ddim";
        }
        String sampler = text.strip().toLowerCase(Locale.ROOT);
        if (!sampler.equals("ddim") && !sampler.equals("ddpm")) {
            throw HttpException.badInput(name + " must be ddim or ddpm, not " + Quoted.of(text) + ".");
        }
        return sampler;
    }

    private static String steps(
            Map<String, String> fields,
            String name,
            String standard,
            String sampler,
            DiffusionConfig process,
            String whose,
            FunctionConfig config) {
        String given = fields.get(name);
        String steps = (given == null ? standard : given).strip();
        int limit = config.limit().steps();
        if (!steps.matches("(ddim)?[0-9]{1,9}|[0-9]{1,9}(,[0-9]{1,9}){1,99}")) {
            throw HttpException.badInput(name + " must be a number from 1 to " + limit
                    + ", ddimN, or a list of numbers such as 10,10,5, not " + Quoted.of(steps) + ".");
        }
        long asked = 0;
        for (String part : steps.replace("ddim", "").split(",")) {
            asked += Long.parseLong(part);
        }
        if (asked < 1 || asked > limit) {
            throw HttpException.badInput(name + " must be from 1 to " + limit + " in all, not " + asked + ".");
        }
        try {
            new SamplingSettings(sampler, steps, 0, 0, true).samplerFor(process);
        } catch (IllegalArgumentException e) {
            throw HttpException.badInput(name + " does not fit this " + whose + ": " + e.getMessage());
        }
        return steps;
    }

    private static double eta(Map<String, String> fields, String name, String samplerName, String sampler) {
        double eta = decimal(fields, name, 0, 1, 0);
        if (eta != 0 && sampler.equals("ddpm")) {
            throw HttpException.badInput(
                    name + " must be left out with the " + samplerName + " ddpm: it belongs to ddim.");
        }
        return eta;
    }

    private static double scale(
            Map<String, String> fields, String name, double standard, boolean hasClassifier, String whose) {
        double scale = decimal(fields, name, 0, LARGEST_SCALE, hasClassifier ? standard : 0);
        if (scale != 0 && !hasClassifier) {
            throw HttpException.badInput(name + " must be 0: this " + whose + " has no classifier.");
        }
        return scale;
    }

    private static boolean truth(Map<String, String> fields, String name, boolean standard) {
        String text = fields.get(name);
        if (text == null) {
            return standard;
        }
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw HttpException.badInput(name + " must be true or false, not " + Quoted.of(text) + ".");
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
        throw HttpException.badInput(
                name + " must be a whole number from " + least + " to " + most + ", not " + Quoted.of(text) + ".");
    }

    private static double decimal(Map<String, String> fields, String name, double least, double most, double standard) {
        String text = fields.get(name);
        if (text == null) {
            text = String.valueOf(standard);
        }
        try {
            // Unlike Double.parseDouble this knows no NaN, no Infinity and no hexadecimal.
            double value = new BigDecimal(text.strip()).doubleValue();
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The same sentence serves what is no number and what is out of range.
        }
        throw HttpException.badInput(name + " must be a number from " + (long) least + " to " + (long) most + ", not "
                + Quoted.of(text) + ".");
    }
}
