package io.adm4j.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.BundleException;
import io.adm4j.bundle.Manifest;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.feedback.Quoted;
import io.adm4j.feedback.UserError;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a bundle is sampled where nobody says otherwise: the object {@code sampling} of its {@code model.json}, by the names of the
 * function's fields.
 *
 * @param values as requests write them; none for most bundles
 */
public record SamplingDefaults(Map<RequestField, String> values) {
    /** Without any. */
    public static final SamplingDefaults NONE = new SamplingDefaults(Map.of());

    /** What another sampler than that of the defaults has no use for. */
    private static final Set<RequestField> OF_SAMPLER = EnumSet.of(
            RequestField.STEPS,
            RequestField.ETA,
            RequestField.GUIDANCE_RESCALE,
            RequestField.SOLVER_ORDER,
            RequestField.SOLVER_METHOD,
            RequestField.SKIP_TYPE);

    private static final Set<RequestField> ALL = EnumSet.range(RequestField.SAMPLER, RequestField.SKIP_TYPE);

    public SamplingDefaults {
        EnumMap<RequestField, String> copy = new EnumMap<>(RequestField.class);
        copy.putAll(values);
        values = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads defaults by name.
     *
     * @throws UserError if there is no such setting
     */
    public static SamplingDefaults of(Map<String, String> named) {
        EnumMap<RequestField, String> values = new EnumMap<>(RequestField.class);
        named.forEach((name, value) -> values.put(
                ALL.stream()
                        .filter(field -> field.key().equals(name))
                        .findFirst()
                        .orElseThrow(() ->
                                new UserError("There is no default " + Quoted.of(name) + " for sampling: there are "
                                        + ALL.stream().map(RequestField::key).collect(Collectors.joining(", ")) + ".")),
                value));
        return new SamplingDefaults(values);
    }

    /**
     * The defaults of a bundle.
     *
     * @throws BundleException if one does not exist or cannot be, or the bundle is an upsampler, which has none
     */
    public static SamplingDefaults of(Manifest manifest) {
        String bundle = "The bundle " + manifest.name();
        if (!manifest.sampling().isEmpty() && manifest.smallSize().isPresent()) {
            throw new BundleException(
                    bundle + " is an upsampler, and only base models have defaults for sampling: remove"
                            + " 'sampling' from its model.json.");
        }
        Map<String, String> named = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : manifest.sampling().properties()) {
            if (!field.getValue().isTextual() && !field.getValue().isNumber()) {
                throw new BundleException(bundle + " has a default " + Quoted.of(field.getKey())
                        + " for sampling that is no number or text.");
            }
            named.put(field.getKey(), field.getValue().asText());
        }
        try {
            SamplingDefaults defaults = of(named);
            defaults.check(manifest.diffusion(), manifest.classifier().isPresent());
            return defaults;
        } catch (SampleRequestException e) {
            throw new BundleException(
                    bundle + " has a wrong default for sampling: "
                            + e.messageFor(e.field().key()),
                    e);
        } catch (UserError e) {
            throw new BundleException(bundle + " has a wrong default for sampling: " + e.getMessage(), e);
        }
    }

    /**
     * Checks that a model can be sampled so.
     *
     * @throws SampleRequestException if not
     */
    public void check(DiffusionConfig process, boolean hasClassifier) {
        // All steps fit every process, so that only what was given can be wrong.
        SamplingSettings settings =
                over(new SamplingSettings(SamplerKind.DDIM, StepChoice.ALL, 0, 0, true), Optional.empty());
        if (settings.classifierScale() != 0 && !hasClassifier) {
            throw new SampleRequestException(
                    RequestField.CLASSIFIER_SCALE, "must be 0 or left out, since there is no classifier");
        }
        settings.samplerFor(process);
    }

    /**
     * The settings of a request that names none but perhaps a sampler. Where that is another than the defaults', those that belong to
     * the sampler do not hold: steps, eta, guidance rescale and those of solvers.
     *
     * @param builtIn the settings without these defaults: a sampler without noise, steps, and a scale
     * @throws SampleRequestException if a default cannot be
     */
    public SamplingSettings over(SamplingSettings builtIn, Optional<SamplerKind> chosen) {
        SamplerKind own = values.containsKey(RequestField.SAMPLER)
                ? SamplerKind.of(values.get(RequestField.SAMPLER))
                : builtIn.sampler();
        SamplerKind kind = chosen.orElse(own);
        Map<RequestField, String> held = new EnumMap<>(RequestField.class);
        values.forEach((field, value) -> {
            if (kind == own || !OF_SAMPLER.contains(field)) {
                held.put(field, value);
            }
        });
        String steps = held.get(RequestField.STEPS);
        return new SamplingSettings(
                kind,
                steps == null ? builtIn.steps() : StepChoice.parse(steps),
                decimal(held, RequestField.ETA, 0),
                SettingsText.guidance(
                        decimal(held, RequestField.CLASSIFIER_SCALE, builtIn.classifierScale()),
                        held.get(RequestField.GUIDANCE_INTERVAL),
                        decimal(held, RequestField.GUIDANCE_RESCALE, 0),
                        builtIn.guidance()),
                SettingsText.thresholding(
                        held.get(RequestField.THRESHOLDING),
                        held.containsKey(RequestField.THRESHOLDING_RATIO)
                                ? (Double) decimal(held, RequestField.THRESHOLDING_RATIO, 0)
                                : null,
                        builtIn.thresholding()),
                SettingsText.solver(
                        SettingsText.order(held.get(RequestField.SOLVER_ORDER)),
                        held.get(RequestField.SOLVER_METHOD),
                        held.get(RequestField.SKIP_TYPE),
                        SolverSettings.STANDARD));
    }

    private static double decimal(Map<RequestField, String> held, RequestField field, double standard) {
        String text = held.get(field);
        return text == null ? standard : SettingsText.decimal(field, text);
    }

    /** As {@code model.json} holds them. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        values.forEach((field, value) -> json.put(field.key(), value));
        return json;
    }

    /** The default of a field, or null. */
    public @Nullable String get(RequestField field) {
        return values.get(field);
    }
}
