package io.adm4j.function.service;

import io.adm4j.feedback.Quoted;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What can be undone of an image. */
enum RestoreTask {
    /** Pixels are missing. */
    INPAINT("mask", "sigmaY"),
    /** The image is smaller. */
    SUPERRESOLVE("factor", "sigmaY"),
    /** The image has no colors. */
    COLORIZE("sigmaY"),
    /** The image is blurred by a Gaussian. */
    DEBLUR("blurSigma", "border", "sigmaY"),
    /** The image has noise. */
    DENOISE("noiseLevel");

    private final List<String> fields;

    RestoreTask(String... fields) {
        this.fields = List.of(fields);
    }

    /**
     * The task that a request names.
     *
     * @throws Refusal if it names none
     */
    static RestoreTask of(@Nullable String text) {
        Optional<RestoreTask> found = Arrays.stream(values())
                .filter(task -> text != null && task.key().equals(text.strip().toLowerCase(Locale.ROOT)))
                .findFirst();
        return found.orElseThrow(() -> Refusal.badInput("task must be one of "
                + Arrays.stream(values()).map(RestoreTask::key).collect(Collectors.joining(", "))
                + (text == null ? "." : ", not " + Quoted.of(text) + ".")));
    }

    /** Its name in requests. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The fields that only some tasks take. */
    static List<String> allFields() {
        return Arrays.stream(values())
                .flatMap(task -> task.fields.stream())
                .distinct()
                .toList();
    }

    /**
     * Checks that a request has no fields of other tasks.
     *
     * @throws Refusal if it has
     */
    void check(RestoreFields given) {
        for (String name : allFields()) {
            if (!fields.contains(name)
                    && (given.values().get(name) != null || given.files().get(name) != null)) {
                throw Refusal.badInput(name + " must be left out with the task " + key() + ".");
            }
        }
    }
}
