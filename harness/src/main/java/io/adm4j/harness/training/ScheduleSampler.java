package io.adm4j.harness.training;

import io.adm4j.feedback.UserError;
import java.util.Arrays;
import java.util.Locale;

/** How timesteps are sampled, by the names of the published flag {@code schedule_sampler}. */
public enum ScheduleSampler {
    UNIFORM,
    /** By the losses of each timestep so far (Nichol and Dhariwal 2021, section 3.3). */
    LOSS_SECOND_MOMENT;

    /** The published name: "loss-second-moment". */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The sampler of a name.
     *
     * @throws UserError if there is none
     */
    public static ScheduleSampler of(String name) {
        return Arrays.stream(values())
                .filter(sampler -> sampler.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new UserError(
                        "The flag schedule_sampler must be uniform or loss-second-moment, not '" + name + "'."));
    }
}
