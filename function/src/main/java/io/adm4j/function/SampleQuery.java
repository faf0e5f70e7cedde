package io.adm4j.function;

import io.adm4j.model.ClassNames;
import io.adm4j.model.Quoted;
import io.adm4j.sampling.SamplingSettings;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A checked request for pictures.
 *
 * @param label class of all pictures, or null: then the picture of seed s shows class s modulo the number of classes
 * @param seed seed of the first picture; the i-th has {@code seed + i}
 * @param count pictures, from 1
 * @param steps denoising steps: a number, {@code ddimN}, or a list of numbers for equal sections of the process
 * @param sampler {@code ddim} or {@code ddpm}
 * @param eta noise of the ddim sampler, 0 (none) to 1 (as much as ddpm)
 * @param classifierScale strength of the guidance, from 0 (none)
 */
record SampleQuery(
        Integer label, long seed, int count, String steps, String sampler, double eta, double classifierScale) {
    /** The fields of a request. */
    static final List<String> FIELDS = List.of("label", "seed", "count", "steps", "sampler", "eta", "classifierScale");

    /** Largest seed: whole numbers up to here survive JSON readers that only know doubles. */
    static final long LARGEST_SEED = (1L << 53) - 1;

    private static final long LARGEST_DRAWN_SEED = 1L << 31;
    private static final double LARGEST_SCALE = 1000;

    /**
     * Checks a request against what a bundle can do.
     *
     * @param fields by name; null values count as left out
     * @throws RequestProblem with the field and what is allowed for it
     */
    static SampleQuery of(Map<String, String> fields, BundleFacts bundle, FunctionConfig config) {
        fields.keySet().forEach(SampleQuery::checkName);
        String label = fields.get("label");
        int count = (int) whole(fields, "count", 1, 1, config.limit().count());
        long seed = whole(fields, "seed", -1, 0, LARGEST_SEED);
        String sampler = sampler(fields.get("sampler"));
        return new SampleQuery(
                label == null ? null : label(label, bundle.classes()),
                seed >= 0 ? seed : ThreadLocalRandom.current().nextLong(LARGEST_DRAWN_SEED),
                count,
                steps(fields.get("steps"), sampler, bundle, config),
                sampler,
                eta(fields, sampler),
                scale(fields, bundle, config));
    }

    /**
     * Checks that a request has such a field.
     *
     * @throws RequestProblem if not, with those it has
     */
    static void checkName(String name) {
        if (!FIELDS.contains(name)) {
            throw RequestProblem.badInput(
                    "There is no field " + Quoted.of(name) + ": allowed are " + String.join(", ", FIELDS) + ".");
        }
    }

    /** The settings for the pipeline. */
    SamplingSettings settings() {
        return new SamplingSettings(sampler, steps, eta, classifierScale, true);
    }

    /** Class of the i-th picture, or null where the bundle has none. */
    Integer labelOf(int i, ClassNames classes) {
        if (label != null) {
            return label;
        }
        return classes.count() == 0 ? null : (int) ((seed + i) % classes.count());
    }

    private static int label(String text, ClassNames classes) {
        try {
            return classes.find(text.strip());
        } catch (IllegalArgumentException e) {
            throw RequestProblem.badInput(e.getMessage());
        }
    }

    private static String sampler(String text) {
        if (text == null) {
            return "ddim";
        }
        String name = text.strip().toLowerCase(Locale.ROOT);
        if (!name.equals("ddim") && !name.equals("ddpm")) {
            throw RequestProblem.badInput("sampler must be ddim or ddpm, not " + Quoted.of(text) + ".");
        }
        return name;
    }

    private static String steps(String text, String sampler, BundleFacts bundle, FunctionConfig config) {
        String steps = (text == null ? config.standard().steps() : text).strip();
        int limit = config.limit().steps();
        if (!steps.matches("(ddim)?[0-9]{1,9}|[0-9]{1,9}(,[0-9]{1,9}){1,99}")) {
            throw RequestProblem.badInput(
                    "steps must be a number from 1 to " + limit + ", ddimN, or a list of numbers such as 10,10,5, not "
                            + Quoted.of(steps) + ".");
        }
        long asked = 0;
        for (String part : steps.replace("ddim", "").split(",")) {
            asked += Long.parseLong(part);
        }
        if (asked < 1 || asked > limit) {
            throw RequestProblem.badInput("steps must be from 1 to " + limit + " in all, not " + asked + ".");
        }
        try {
            new SamplingSettings(sampler, steps, 0, 0, true).samplerFor(bundle.process());
        } catch (IllegalArgumentException e) {
            throw RequestProblem.badInput("steps does not fit this bundle: " + e.getMessage());
        }
        return steps;
    }

    private static double eta(Map<String, String> fields, String sampler) {
        double eta = decimal(fields, "eta", 0, 1, 0);
        if (eta != 0 && sampler.equals("ddpm")) {
            throw RequestProblem.badInput("eta must be left out with the sampler ddpm: it belongs to ddim.");
        }
        return eta;
    }

    private static double scale(Map<String, String> fields, BundleFacts bundle, FunctionConfig config) {
        double standard = bundle.hasClassifier() ? config.standard().classifierScale() : 0;
        double scale = decimal(fields, "classifierScale", 0, LARGEST_SCALE, standard);
        if (scale != 0 && !bundle.hasClassifier()) {
            throw RequestProblem.badInput("classifierScale must be 0: this bundle has no classifier.");
        }
        return scale;
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
        throw RequestProblem.badInput(
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
        throw RequestProblem.badInput(
                name + " must be a number from " + (long) least + " to " + (long) most + ", not " + Quoted.of(text) + ".");
    }
}
