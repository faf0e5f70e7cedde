package io.adm4j.bundle;

import io.adm4j.feedback.Quoted;
import io.adm4j.feedback.UserError;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The classes of a model, found by number or name.
 *
 * @param count number of classes; 0 if there are none to choose
 * @param names one per class, or none if they have no names
 */
public record ClassNames(int count, List<String> names) {
    private static final int MOST_LISTED = 20;

    public ClassNames {
        names = List.copyOf(names);
    }

    /** Name of a class, or null if it has none. */
    public @Nullable String name(@Nullable Integer label) {
        return label == null || names.isEmpty() ? null : names.get(label);
    }

    /**
     * The class of a label.
     *
     * @param text the class's number from 0, its name, or a part that only one name has; case does not matter
     * @throws UserError if it fits no class or several
     */
    public int find(String text) {
        if (count == 0) {
            throw new UserError("label must be left out: this bundle knows no classes.");
        }
        if (text.matches("[+-]?[0-9]+")) {
            return number(text);
        }
        String wanted = text.toLowerCase(Locale.ROOT);
        List<Integer> exact = matching(n -> n.equals(wanted));
        if (exact.size() == 1) {
            return exact.get(0);
        }
        List<Integer> partial = wanted.isEmpty() ? List.of() : matching(n -> n.contains(wanted));
        if (partial.size() == 1) {
            return partial.get(0);
        }
        if (partial.isEmpty()) {
            throw unknown(text);
        }
        throw new UserError("label must mean one class, but " + Quoted.of(text) + " fits " + list(partial) + ".");
    }

    private int number(String text) {
        try {
            int label = Integer.parseInt(text);
            if (label >= 0 && label < count) {
                return label;
            }
        } catch (NumberFormatException e) {
            // Too long for an int, so out of range like the others.
        }
        throw unknown(text);
    }

    private UserError unknown(String text) {
        String orName = names.isEmpty() ? "" : " or one of the names " + list(all());
        return new UserError(
                "label must be a number from 0 to " + (count - 1) + orName + ", not " + Quoted.of(text) + ".");
    }

    private List<Integer> matching(Predicate<String> fits) {
        return all().stream()
                .filter(i -> fits.test(names.get(i).toLowerCase(Locale.ROOT)))
                .toList();
    }

    private List<Integer> all() {
        return IntStream.range(0, names.size()).boxed().toList();
    }

    private String list(List<Integer> labels) {
        String shown = String.join(
                ", ",
                labels.stream()
                        .limit(MOST_LISTED)
                        .map(i -> i + " " + names.get(i))
                        .toList());
        int more = labels.size() - MOST_LISTED;
        return more > 0 ? shown + " and " + more + " more" : shown;
    }
}
