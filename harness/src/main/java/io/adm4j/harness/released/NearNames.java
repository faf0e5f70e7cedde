package io.adm4j.harness.released;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/** Finds the names that somebody who mistyped one may have meant. */
final class NearNames {
    private static final int MOST = 3;

    private NearNames() {}

    /** Names within a few edits of {@code wanted} or that begin alike, the nearest first. */
    static List<String> of(String wanted, List<String> names) {
        String typed = plain(wanted);
        ToIntFunction<String> distance = name -> edits(typed, plain(name));
        return names.stream()
                .filter(name -> distance.applyAsInt(name) <= Math.max(2, typed.length() / 3) || beginsAlike(typed, plain(name)))
                .sorted(Comparator.comparingInt(distance))
                .limit(MOST)
                .toList();
    }

    private static boolean beginsAlike(String typed, String name) {
        return typed.length() >= 3 && (name.startsWith(typed) || typed.startsWith(name));
    }

    /** Case and separators are what is mistyped most. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** Levenshtein's distance. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
