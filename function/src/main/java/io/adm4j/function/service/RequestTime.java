package io.adm4j.function.service;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

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
        OptionalInt steps = Stream.ofNullable(fields.get("maxSteps"))
                .mapToInt(text -> (int) SampleQuery.whole("maxSteps", text, 1, Integer.MAX_VALUE))
                .findFirst();
        Optional<Duration> budget = time("budgetMs", fields, most);
        if ((steps.isPresent() || budget.isPresent()) && config.tokenKey().isEmpty()) {
            throw Refusal.badInput(
                    (steps.isPresent() ? "maxSteps" : "budgetMs")
                            + " must be left out: this function has no key to sign continuation tokens with (adm4j.token-key).");
        }
        Duration deadline =
                time("deadlineMs", fields, most).orElse(config.deadline().standard());
        return new RequestTime(steps, budget, deadline);
    }

    private static Optional<Duration> time(String name, Map<String, String> fields, long most) {
        return Optional.ofNullable(fields.get(name))
                .map(text -> Duration.ofMillis(SampleQuery.whole(name, text, 1, most)));
    }

    /** Whether the answer may be a continuation token instead of images. */
    public boolean suspends() {
        return maxSteps.isPresent() || budget.isPresent();
    }
}
