package io.adm4j.harness.evaluation.result;

import io.adm4j.feedback.ShortDecimal;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.StepChoice;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How one set of samples was generated. Two evaluations whose points are equal in all but the seed measure the same thing.
 *
 * @param eta noise of DDIM, 0 to 1
 * @param classifierScale strength of guidance; 0 for none
 * @param labels how they were chosen, such as {@code balanced}; {@code none} for a model without classes
 * @param seed of the first sample
 * @param others further settings that are not the usual ones, name to value, such as those of an upsampler
 */
public record SamplingPoint(
        SamplerKind sampler,
        StepChoice steps,
        double eta,
        double classifierScale,
        String labels,
        long seed,
        Map<String, String> others) {
    public SamplingPoint {
        others = Collections.unmodifiableMap(new TreeMap<>(others));
    }

    /** A point with nothing unusual. */
    public SamplingPoint(
            SamplerKind sampler, StepChoice steps, double eta, double classifierScale, String labels, long seed) {
        this(sampler, steps, eta, classifierScale, labels, seed, Map.of());
    }

    /** Whether the samples were generated with the same settings; seeds may differ. */
    public boolean samples(SamplingPoint other) {
        return sampler == other.sampler
                && steps.equals(other.steps)
                && eta == other.eta
                && classifierScale == other.classifierScale
                && labels.equals(other.labels)
                && others.equals(other.others);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s, %s steps%s, classifier scale %s, %s labels",
                sampler,
                steps,
                eta == 0 ? "" : ", eta " + ShortDecimal.of(eta),
                ShortDecimal.of(classifierScale),
                labels));
        others.forEach(
                (name, value) -> text.append(", ").append(name).append(' ').append(value));
        return text.toString();
    }
}
