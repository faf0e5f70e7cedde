package io.adm4j.harness.monitor;

import io.adm4j.harness.report.TrainingReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The values of all steps so far, thinned to means over steps next to each other, so that memory stays bounded. */
final class History {
    private static final int MOST = 800;

    private final List<Means> means = new ArrayList<>();
    private long width = 1;

    /** Means over the steps of one place. */
    private static final class Means {
        private final Map<String, double[]> sums = new HashMap<>();
        private long place;
        private double steps;
        private int count;

        void add(long step, Map<String, Double> values) {
            steps += step;
            count++;
            values.forEach((name, value) -> {
                double[] sum = sums.computeIfAbsent(name, n -> new double[2]);
                sum[0] += value;
                sum[1]++;
            });
        }

        double mean(String name) {
            double[] sum = Objects.requireNonNull(sums.get(name));
            return sum[0] / sum[1];
        }

        void add(Means other) {
            steps += other.steps;
            count += other.count;
            other.sums.forEach((name, added) -> {
                double[] sum = sums.computeIfAbsent(name, n -> new double[2]);
                sum[0] += added[0];
                sum[1] += added[1];
            });
        }
    }

    /** @param step after those before, from 1 */
    void add(long step, Map<String, Double> values) {
        long place = (step - 1) / width;
        if (means.isEmpty() || means.get(means.size() - 1).place != place) {
            Means next = new Means();
            next.place = place;
            means.add(next);
        }
        means.get(means.size() - 1).add(step, values);
        if (means.size() > MOST) {
            thin();
        }
    }

    private void thin() {
        width *= 2;
        List<Means> wider = new ArrayList<>();
        for (Means narrow : means) {
            narrow.place /= 2;
            if (wider.isEmpty() || wider.get(wider.size() - 1).place != narrow.place) {
                wider.add(narrow);
            } else {
                wider.get(wider.size() - 1).add(narrow);
            }
        }
        means.clear();
        means.addAll(wider);
    }

    /** The curve of a value; without points if there is no such value. */
    TrainingReport.Curve curve(String name) {
        List<Means> known = means.stream().filter(m -> m.sums.containsKey(name)).toList();
        return new TrainingReport.Curve(
                name,
                known.stream().mapToDouble(m -> m.steps / m.count).toArray(),
                known.stream().mapToDouble(m -> m.mean(name)).toArray());
    }
}
