package io.adm4j.sampling;

import io.adm4j.feedback.Quoted;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How many steps a sampler takes, and from where: a number, evenly spaced ({@code 25}), a number for each of several equal sections of the
 * process ({@code 90+60+60+20+20}), or every k-th timestep from 0 on ({@code ddim25}).
 *
 * <p>Files and published flags join sections with commas, which options and requests need for lists of values.
 *
 * @param evenStride whether the one number is taken at an even stride, see {@link
 *     io.adm4j.diffusion.TimestepRespacing}
 * @param sections steps in each section from the least noise to the most; none for all steps of the process
 */
public record StepChoice(boolean evenStride, List<Integer> sections) {
    /** All steps of the process. */
    public static final StepChoice ALL = new StepChoice(false, List.of());

    private static final String STRIDE_MARK = "ddim";
    private static final String NUMBER = "[0-9]{1,9}";
    private static final Pattern FORM = Pattern.compile("|ddim" + NUMBER + "|" + NUMBER + "([+]" + NUMBER + ")*");

    /** @throws IllegalArgumentException if a number is negative, or an even stride has not exactly one */
    public StepChoice {
        sections = List.copyOf(sections);
        if (sections.stream().anyMatch(count -> count < 0) || evenStride && sections.size() != 1) {
            throw new IllegalArgumentException("No choice of steps: " + sections + ".");
        }
    }

    /** Every k-th timestep from 0 on, {@code steps} of them. */
    public static StepChoice strided(int steps) {
        return new StepChoice(true, List.of(steps));
    }

    /** A number of steps, evenly spaced from the first timestep to the last. */
    public static StepChoice of(int steps) {
        return new StepChoice(false, List.of(steps));
    }

    /**
     * Reads a choice as options and requests write it; nothing means all steps.
     *
     * @throws SampleRequestException if it cannot be read; sections in the published spelling are answered with the right
     *     one
     */
    public static StepChoice parse(String text) {
        String choice = text.strip();
        if (FORM.matcher(choice).matches()) {
            return read(choice);
        }
        String joined = joined(choice);
        throw new SampleRequestException(
                RequestField.STEPS,
                joined.contains("+") && FORM.matcher(joined).matches()
                        ? "must have their sections joined by +: write " + joined + " instead of " + choice
                        : "must be a number such as 25, sections such as 90+60+60+20+20 or an even stride such as"
                                + " ddim25, not " + Quoted.of(text));
    }

    /**
     * Reads a choice as files and published flags write it, with commas between sections.
     *
     * @throws SampleRequestException if it cannot be read
     */
    public static StepChoice parsePublished(String text) {
        return parse(joined(text));
    }

    private static String joined(String text) {
        return text.strip().replaceAll("\\s*,\\s*", "+");
    }

    private static StepChoice read(String choice) {
        if (choice.isEmpty()) {
            return ALL;
        }
        boolean stride = choice.startsWith(STRIDE_MARK);
        return new StepChoice(
                stride,
                Arrays.stream(choice.substring(stride ? STRIDE_MARK.length() : 0)
                                .split("[+]"))
                        .map(Integer::valueOf)
                        .toList());
    }

    /** Steps in all sections together; 0 for {@link #ALL}, whose number the process decides. */
    public long total() {
        return sections.stream().mapToLong(Integer::longValue).sum();
    }

    /** The published spelling, with commas: as files keep it, and as {@code timestep_respacing} takes it. */
    public String published() {
        return text(",");
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return text("+");
    }

    private String text(String separator) {
        return (evenStride ? STRIDE_MARK : "")
                + sections.stream().map(String::valueOf).collect(Collectors.joining(separator));
    }
}
