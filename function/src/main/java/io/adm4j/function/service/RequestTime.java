package io.adm4j.function.service;

import io.adm4j.feedback.Quoted;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How long a request may take.
 *
 * @param maxSteps steps of each image after which it is suspended
 * @param budget time after which the request is suspended
 * @param deadline time after which the request is refused
 */
public record RequestTime(OptionalInt maxSteps, Optional<Duration> budget, Duration deadline) {
    /** The fields of a request, in the order of the documentation. */
    static final List<String> FIELDS = List.of("maxSteps", "budgetMs", "deadlineMs");

    /**
     * Reads the fields.
     *
     * @param fields by name; null values count as left out
     * @throws Refusal with the field and what is allowed for it
     */
    static RequestTime of(Map<String, String> fields, FunctionConfig config) {
        long most = config.deadline().most().toMillis();
        OptionalInt steps = fields.get("maxSteps") == null
                ? OptionalInt.empty()
                : OptionalInt.of((int) whole(fields, "maxSteps", Integer.MAX_VALUE));
        Optional<Duration> budget = Optional.ofNullable(fields.get("budgetMs"))
                .map(text -> Duration.ofMillis(whole(fields, "budgetMs", most)));
        if ((steps.isPresent() || budget.isPresent()) && config.tokenKey().isEmpty()) {
            throw Refusal.badInput(
                    (steps.isPresent() ? "maxSteps" : "budgetMs")
                            + " must be left out: this function has no key to sign continuation tokens with (adm4j.token-key).");
        }
        Duration deadline = fields.get("deadlineMs") == null
                ? config.deadline().standard()
                : Duration.ofMillis(whole(fields, "deadlineMs", most));
        return new RequestTime(steps, budget, deadline);
    }

    /** Whether the answer may be a continuation token instead of images. */
    public boolean suspends() {
        return maxSteps.isPresent() || budget.isPresent();
    }

    private static long whole(Map<String, String> fields, String name, long most) {
        String text = String.valueOf(fields.get(name));
        try {
            long value = Long.parseLong(text.strip());
            if (value >= 1 && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The same sentence serves what is no number and what is out of range.
        }
        throw Refusal.badInput(name + " must be a whole number from 1 to " + most + ", not " + Quoted.of(text) + ".");
    }
}
