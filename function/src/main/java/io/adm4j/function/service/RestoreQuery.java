package io.adm4j.function.service;

import io.adm4j.bundle.Manifest;
import io.adm4j.feedback.Quoted;
import io.adm4j.feedback.UserError;
import io.adm4j.io.PngReader;
import io.adm4j.io.Sha256;
import io.adm4j.restoration.BlockSums;
import io.adm4j.restoration.BlurKernel;
import io.adm4j.restoration.Border;
import io.adm4j.restoration.Degradation;
import io.adm4j.restoration.Masking;
import io.adm4j.restoration.NoiseEstimate;
import io.adm4j.restoration.NullSpaceRestoration;
import io.adm4j.restoration.SeparableBlur;
import io.adm4j.restoration.TimeTravel;
import io.adm4j.sampling.ModelCapabilities;
import io.adm4j.sampling.PixelScale;
import io.adm4j.sampling.Restoration;
import io.adm4j.sampling.RestorationMethod;
import io.adm4j.sampling.RestorationSettings;
import io.adm4j.sampling.SampleRequestException;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A checked request to restore an image, several times if asked to.
 *
 * @param label the image's class, or null where no network takes labels
 * @param seed of the first result; the i-th has {@code seed + i}
 * @param seeded whether the request chose the seed
 * @param count number of results, from 1
 * @param settings everything that determines the results, by the names of the fields
 * @param digest of the settings, the bundle and what was sent: results with the same are the same
 */
public record RestoreQuery(
        Restoration restoration,
        @Nullable Integer label,
        long seed,
        boolean seeded,
        int count,
        Map<String, Object> settings,
        String digest,
        RequestTime time) {
    /** The fields of a request, in the order of the documentation. */
    public static final List<String> FIELDS = List.of(
            "task",
            "image",
            "mask",
            "factor",
            "blurSigma",
            "border",
            "noiseLevel",
            "sigmaY",
            "method",
            "steps",
            "eta",
            "travelLength",
            "travelRepeat",
            "scale",
            "seed",
            "count",
            "label",
            "classifierScale",
            "deadlineMs");

    /** Steps of a request that names none, if they fit. */
    private static final int USUAL_STEPS = 100;

    private static final List<String> OF_DDNM = List.of("eta", "travelLength", "travelRepeat", "classifierScale");
    private static final List<String> OF_DPS = List.of("scale");
    private static final int BRIGHTEST = 255;
    private static final int RGB = 3;
    private static final double LARGEST_SCALE = 1000;

    /**
     * Checks a request against the bundle that samples.
     *
     * @throws Refusal with the field and what is allowed for it
     */
    static RestoreQuery of(
            RestoreFields given, Manifest manifest, ModelCapabilities model, String bundle, FunctionConfig config) {
        given.values().keySet().forEach(RestoreQuery::checkName);
        given.files().keySet().forEach(RestoreQuery::checkName);
        Map<String, String> fields = given.values();
        RestoreTask task = RestoreTask.of(fields.get("task"));
        task.check(given);
        RestorationSettings settings = settings(fields, task, manifest, config);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("task", task.key());
        int factor = 1;
        if (task == RestoreTask.SUPERRESOLVE) {
            factor = factor(fields, manifest.imageSize());
            shown.put("factor", factor);
        }
        Degradation degradation = degradation(task, factor, given, manifest, shown);
        Tensor image = PixelScale.toFloats(png("image", given, manifest.imageSize() / factor, manifest.channels()));
        Tensor measured = degradation.read(image);
        double sigma = sigma(task, fields, measured);
        shown.put(task == RestoreTask.DENOISE ? "noiseLevel" : "sigmaY", sigma * PixelScale.HALF_RANGE);
        Restoration restoration = new Restoration(settings, degradation, sigma, measured);
        Integer label = SampleQuery.label(fields.get("label"), model.classes());
        if (label != null && !model.usesLabels(restoration)) {
            throw Refusal.badInput("label must be left out: "
                    + (model.hasClassifier()
                            ? "only the classifier of this bundle knows its classes, and classifierScale is 0."
                            : "this bundle knows no classes."));
        }
        check(restoration, label, model);
        long seed = fields.get("seed") == null
                ? ThreadLocalRandom.current().nextLong(SampleQuery.LARGEST_RANDOM_SEED)
                : SampleQuery.whole("seed", fields.get("seed"), 0, SampleQuery.LARGEST_SEED);
        int count = whole(fields, "count", 1, 1, config.limit().count());
        show(settings, shown);
        shown.put("seed", seed);
        shown.put("count", count);
        if (label != null) {
            shown.put("label", label);
        }
        return new RestoreQuery(
                restoration,
                label,
                seed,
                fields.get("seed") != null,
                count,
                shown,
                digest(bundle, shown, given),
                RequestTime.of(fields, config));
    }

    private static void checkName(String name) {
        if (!FIELDS.contains(name)) {
            throw Refusal.badInput(
                    "There is no field " + Quoted.of(name) + ": allowed are " + String.join(", ", FIELDS) + ".");
        }
    }

    private static RestorationSettings settings(
            Map<String, String> fields, RestoreTask task, Manifest manifest, FunctionConfig config) {
        RestorationMethod method = method(fields.get("method"));
        if (method == RestorationMethod.DPS && task == RestoreTask.DENOISE) {
            throw Refusal.badInput("method must be ddnm with the task denoise.");
        }
        for (String other : method == RestorationMethod.DPS ? OF_DDNM : OF_DPS) {
            if (fields.get(other) != null) {
                throw Refusal.badInput(other + " must be left out with the method " + key(method) + ".");
            }
        }
        int most = config.limit().steps();
        int usual = RestorationSettings.mostSteps(manifest.diffusion().diffusionSteps(), Math.min(USUAL_STEPS, most));
        RestorationSettings settings = new RestorationSettings(
                method,
                whole(fields, "steps", usual, 1, most),
                decimal(fields, "eta", NullSpaceRestoration.STANDARD_ETA, 1),
                new TimeTravel(whole(fields, "travelLength", 1, 1, most), whole(fields, "travelRepeat", 1, 1, most)),
                decimal(fields, "scale", 1, LARGEST_SCALE),
                decimal(fields, "classifierScale", 0, LARGEST_SCALE));
        try {
            settings.check(manifest);
        } catch (SampleRequestException e) {
            throw refusal(e);
        } catch (UserError e) {
            throw Refusal.badInput(String.valueOf(e.getMessage()));
        }
        if (settings.evaluations() > most) {
            throw Refusal.badInput("steps must be at most " + most
                    + " in all, those that travelLength and travelRepeat take again included, not "
                    + settings.evaluations() + ".");
        }
        return settings;
    }

    private static RestorationMethod method(@Nullable String text) {
        if (text == null) {
            return RestorationMethod.DDNM;
        }
        return Arrays.stream(RestorationMethod.values())
                .filter(method -> key(method).equals(text.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> Refusal.badInput("method must be one of "
                        + Arrays.stream(RestorationMethod.values())
                                .map(RestoreQuery::key)
                                .collect(Collectors.joining(", "))
                        + ", not " + Quoted.of(text) + "."));
    }

    private static String key(RestorationMethod method) {
        return method.name().toLowerCase(Locale.ROOT);
    }

    private static int factor(Map<String, String> fields, int size) {
        String text = fields.get("factor");
        if (text == null) {
            throw Refusal.badInput(
                    "factor must be given with the task superresolve: how many times larger the image is" + " to be.");
        }
        int factor = (int) SampleQuery.whole("factor", text, 2, size);
        if (size % factor != 0) {
            throw Refusal.badInput("factor must divide the size of the model's images, " + size + "x" + size
                    + " pixels, which " + factor + " does not.");
        }
        return factor;
    }

    private static Degradation degradation(
            RestoreTask task, int factor, RestoreFields given, Manifest manifest, Map<String, Object> shown) {
        int size = manifest.imageSize();
        return switch (task) {
            case INPAINT -> Masking.ofLevels(png("mask", given, size, 1).toByteArray());
            case SUPERRESOLVE -> BlockSums.averages(factor);
            case COLORIZE -> {
                if (manifest.channels() != RGB) {
                    throw Refusal.badInput("task must be another one than colorize: images of the model "
                            + manifest.name() + " have no colors.");
                }
                yield BlockSums.grayscale();
            }
            case DEBLUR -> {
                double sigma = blurSigma(given.values(), size);
                Border border = border(given.values().get("border"));
                shown.put("blurSigma", sigma);
                shown.put("border", border.name().toLowerCase(Locale.ROOT));
                yield SeparableBlur.of(BlurKernel.gaussian(sigma), border, size, size)
                        .orElseThrow();
            }
            case DENOISE -> Masking.none(size, size);
        };
    }

    private static double blurSigma(Map<String, String> fields, int size) {
        double most = (size - 1) / 4.0;
        String allowed = " a number of pixels above 0 and at most " + most;
        if (fields.get("blurSigma") == null) {
            throw Refusal.badInput("blurSigma must be given with the task deblur," + allowed + ".");
        }
        double sigma = StageFields.decimal(fields, "blurSigma", 0);
        if (!(sigma > 0 && sigma <= most)) {
            throw Refusal.badInput("blurSigma must be" + allowed + ", not " + Quoted.of(fields.get("blurSigma")) + ".");
        }
        return sigma;
    }

    private static Border border(@Nullable String text) {
        String border = text == null ? "reflect" : text.strip().toLowerCase(Locale.ROOT);
        return switch (border) {
            case "reflect" -> Border.REFLECT;
            case "zero" -> Border.ZERO;
            default -> throw Refusal.badInput("border must be one of reflect, zero, not " + Quoted.of(border) + ".");
        };
    }

    private static double sigma(RestoreTask task, Map<String, String> fields, Tensor measured) {
        if (task != RestoreTask.DENOISE) {
            // The inverse of a blur multiplies even the rounding of levels.
            return decimal(fields, "sigmaY", task == RestoreTask.DEBLUR ? RestorationSettings.ROUNDING : 0, BRIGHTEST)
                    / PixelScale.HALF_RANGE;
        }
        return fields.get("noiseLevel") == null
                ? NoiseEstimate.of(measured)
                : decimal(fields, "noiseLevel", 0, BRIGHTEST) / PixelScale.HALF_RANGE;
    }

    /** Reads a PNG file of a size, as uint8 {@code [1, H, W, C]}. */
    private static Tensor png(String name, RestoreFields given, int size, int channels) {
        byte[] file = given.files().get(name);
        String wanted = name + " must be a PNG file of " + size + "x" + size + " pixels";
        if (file == null) {
            throw Refusal.badInput(wanted + ".");
        }
        try {
            PngReader png = PngReader.open(file);
            if (png.width() != size || png.height() != size) {
                throw Refusal.badInput(wanted + ", not " + png.width() + "x" + png.height() + ".");
            }
            return png.pixels(channels).reshape(1, size, size, channels);
        } catch (IOException e) {
            throw Refusal.badInput(wanted + ", and this one cannot be read: " + e.getMessage() + ".");
        }
    }

    private static void check(Restoration restoration, @Nullable Integer label, ModelCapabilities model) {
        try {
            model.check(restoration, label == null ? new int[0] : new int[] {label});
        } catch (SampleRequestException e) {
            throw refusal(e);
        }
    }

    private static Refusal refusal(SampleRequestException e) {
        return Refusal.badInput(e.messageFor(e.field().key()));
    }

    private static void show(RestorationSettings settings, Map<String, Object> shown) {
        shown.put("method", key(settings.method()));
        shown.put("steps", settings.steps());
        if (settings.method() == RestorationMethod.DPS) {
            shown.put("scale", settings.scale());
            return;
        }
        shown.put("eta", settings.eta());
        shown.put("travelLength", settings.travel().length());
        shown.put("travelRepeat", settings.travel().repeat());
        shown.put("classifierScale", settings.classifierScale());
    }

    private static String digest(String bundle, Map<String, Object> shown, RestoreFields given) {
        StringBuilder all = new StringBuilder(bundle).append('\n').append(shown);
        given.files().forEach((name, file) -> all.append('\n').append(name).append(Sha256.of(file)));
        return Sha256.of(all.toString());
    }

    private static int whole(Map<String, String> fields, String name, int standard, int least, int most) {
        String text = fields.get(name);
        return text == null ? standard : (int) SampleQuery.whole(name, text, least, most);
    }

    private static double decimal(Map<String, String> fields, String name, double standard, double most) {
        double value = StageFields.decimal(fields, name, standard);
        if (!(value >= 0 && value <= most)) {
            throw Refusal.badInput(name + " must be a number from 0 to " + (long) most + ", not "
                    + Quoted.of(String.valueOf(fields.get(name))) + ".");
        }
        return value;
    }

    /** Seed of the i-th result. */
    public long seedOf(int i) {
        return seed + i;
    }
}
