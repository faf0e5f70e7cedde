package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.MeasuredImages;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The images of one class.
 *
 * @param label the class
 * @param reference indices of its reference images
 * @param samples indices of its samples
 */
record ClassRows(int label, int[] reference, int[] samples) {
    /**
     * The classes with enough images in both sets, by label; none if a set has no labels.
     *
     * @param fewest images that a class has in each set
     */
    static List<ClassRows> of(MeasuredImages reference, MeasuredImages samples, int fewest) {
        if (reference.labels().isEmpty() || samples.labels().isEmpty()) {
            return List.of();
        }
        Map<Integer, List<Integer>> real = byLabel(reference.labels().get());
        List<ClassRows> classes = new ArrayList<>();
        byLabel(samples.labels().get()).forEach((label, rows) -> {
            List<Integer> others = real.getOrDefault(label, List.of());
            if (Math.min(rows.size(), others.size()) >= fewest) {
                classes.add(new ClassRows(label, array(others), array(rows)));
            }
        });
        return classes;
    }

    /** Images in the smaller of the two sets. */
    int fewest() {
        return Math.min(reference.length, samples.length);
    }

    private static Map<Integer, List<Integer>> byLabel(int[] labels) {
        Map<Integer, List<Integer>> rows = new TreeMap<>();
        for (int i = 0; i < labels.length; i++) {
            rows.computeIfAbsent(labels[i], l -> new ArrayList<>()).add(i);
        }
        return rows;
    }

    private static int[] array(List<Integer> numbers) {
        return numbers.stream().mapToInt(n -> n).toArray();
    }
}
