package io.adm4j.diffusion;

import io.adm4j.feedback.UserError;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which timesteps of a process a shorter one keeps (Improved DDPM, section 4). */
public final class TimestepRespacing {
    private static final String STRIDE_MARK = "ddim";

    private TimestepRespacing() {}

    /**
     * The timesteps kept.
     *
     * @param spec {@code "N"} or {@code "N1,N2,..."}: the process is cut into as many equal sections as there are
     *     numbers, and so many timesteps are taken evenly from each; {@code "ddimN"}: every k-th timestep from 0 on,
     *     with k such that there are exactly N; empty: all
     * @param steps timesteps of the whole process
     * @return ascending timesteps within 0 to steps-1, at least one
     * @throws UserError if the specification cannot be read or met
     */
    public static int[] parse(String spec, int steps) {
        String trimmed = spec.strip();
        if (trimmed.isEmpty()) {
            return IntStream.range(0, steps).toArray();
        }
        if (trimmed.startsWith(STRIDE_MARK)) {
            return strided(number(trimmed.substring(STRIDE_MARK.length()), spec), steps);
        }
        String[] parts = trimmed.split(",", -1);
        int[] counts = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            counts[i] = number(parts[i], spec);
        }
        int[] kept = sections(counts, steps);
        if (kept.length == 0) {
            throw new UserError("The respacing '" + spec + "' keeps no timestep at all.");
        }
        return kept;
    }

    private static int number(String text, String spec) {
        String digits = text.strip();
        if (!digits.matches("[0-9]{1,9}")) {
            throw new UserError(
                    "'" + spec + "' is no respacing; use a number of steps (25), numbers by section (90,60,20) or an"
                            + " even stride (ddim25).");
        }
        return Integer.parseInt(digits);
    }

    private static int[] strided(int wanted, int steps) {
        for (int stride = 1; stride < steps; stride++) {
            if ((steps + stride - 1) / stride == wanted) {
                int k = stride;
                return IntStream.range(0, wanted).map(i -> i * k).toArray();
            }
        }
        String nearest = wanted < 1 || wanted > steps
                ? "from 1 to " + steps
                : IntStream.rangeClosed(1, steps)
                        .map(stride -> (steps + stride - 1) / stride)
                        .distinct()
                        .boxed()
                        .sorted(Comparator.comparingInt(count -> Math.abs(count - wanted)))
                        .limit(2)
                        .sorted()
                        .map(count -> STRIDE_MARK + count)
                        .collect(Collectors.joining(" or "));
        throw new UserError("No even stride takes exactly " + wanted + " of this model's " + steps + " timesteps: use "
                + nearest
                + (wanted < 1 || wanted > steps
                        ? ""
                        : ", or " + wanted + " alone, spaced as evenly as whole" + " timesteps allow")
                + ".");
    }

    private static int[] sections(int[] counts, int steps) {
        int size = steps / counts.length;
        int larger = steps % counts.length;
        IntStream.Builder kept = IntStream.builder();
        int start = 0;
        for (int i = 0; i < counts.length; i++) {
            int length = size + (i < larger ? 1 : 0);
            int count = counts[i];
            if (count > length) {
                throw new UserError(
                        counts.length == 1
                                ? "This model has " + steps + " timesteps, fewer than " + count + " steps: use " + steps
                                        + " or fewer."
                                : "This model has " + steps + " timesteps, " + length + " in each of " + counts.length
                                        + " sections, fewer than " + count + ": use " + length + " or fewer there.");
            }
            double stride = count <= 1 ? 1 : (length - 1.0) / (count - 1);
            double at = 0;
            for (int j = 0; j < count; j++) {
                // Halves go to the even neighbour, and the position is summed up: both decide which timestep is hit.
                kept.add(start + (int) Math.rint(at));
                at += stride;
            }
            start += length;
        }
        return kept.build().toArray();
    }
}
