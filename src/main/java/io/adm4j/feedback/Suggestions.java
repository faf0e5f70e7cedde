package io.adm4j.feedback;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/** Finds the known names that are closest to a mistyped one. */
public final class Suggestions {
    private static final int MOST = 3;

    private Suggestions() {}

    /**
     * The names that begin with {@code wanted} or are within a few edits of it, the nearest first, at most three. Case and
     * separators do not count.
     */
    public static List<String> of(String wanted, List<String> names) {
        String typed = plain(wanted);
        ToIntFunction<String> distance = name -> distance(typed, plain(name));
        int nearest = names.stream().mapToInt(distance).min().orElse(0);
        return names.stream()
                .filter(name -> distance.applyAsInt(name) <= Math.min(nearest + 1, Math.max(2, typed.length() / 3)))
                .sorted(Comparator.comparingInt(distance))
                .limit(MOST)
                .toList();
    }

    private static int distance(String typed, String name) {
        return typed.length() >= 3 && name.startsWith(typed) ? 0 : edits(typed, name);
    }

    /** Case and separators are mistyped most often. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** Insertions, deletions, replacements and swaps of neighbors (optimal string alignment). */
    private static int edits(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
