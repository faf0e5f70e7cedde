package io.adm4j.restoration;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * In which order a restoration goes through its steps: from time to time some of them are undone by adding noise and taken again, so
 * that what is restored fits what is known (Lugmayr et al.: "RePaint", 2022).
 *
 * @param length steps that are undone at once, at least 1
 * @param repeat how often each is taken, at least 1; 1 undoes nothing
 */
public record TimeTravel(int length, int repeat) {
    /** Every step is taken once. */
    public static final TimeTravel NONE = new TimeTravel(1, 1);

    /** @throws IllegalArgumentException if a number is below 1 */
    public TimeTravel {
        if (length < 1 || repeat < 1) {
            throw new IllegalArgumentException(
                    "Time travel takes a length and a repeat of at least 1, not " + length + " and " + repeat + ".");
        }
    }

    /**
     * One evaluation of the networks.
     *
     * @param step where it is, by number
     * @param following step that it leads to; -1 is the image
     * @param undone steps that are undone then, in their order
     * @param draw number of the noise that the evaluation takes; each undone step takes the next one
     */
    record Evaluation(int step, int following, List<Integer> undone, int draw) {}

    /** Number of evaluations of a restoration, with those of steps that are taken again. */
    public long evaluations(int steps) {
        long undoing = Math.max(0, (steps - 1) / length);
        return steps + (repeat - 1L) * length * undoing;
    }

    /** All evaluations of a restoration, in their order. */
    List<Evaluation> sequence(int steps) {
        List<Integer> order = order(steps);
        List<Evaluation> evaluations = new ArrayList<>();
        int draws = 0;
        for (int place = 0; place + 1 < order.size(); ) {
            int step = order.get(place++);
            int following = order.get(place);
            List<Integer> undone = new ArrayList<>();
            while (place + 1 < order.size() && order.get(place + 1) > order.get(place)) {
                undone.add(order.get(++place));
            }
            evaluations.add(new Evaluation(step, following, List.copyOf(undone), draws));
            draws += 1 + undone.size();
        }
        return evaluations;
    }

    /**
     * The steps by number, from {@code steps - 1} down to -1, which is the image; where a number is above the one before it, a step
     * is undone.
     */
    List<Integer> order(int steps) {
        Map<Integer, Integer> left = new HashMap<>();
        for (int at = 0; at < steps - length; at += length) {
            left.put(at, repeat - 1);
        }
        List<Integer> order = new ArrayList<>();
        int at = steps;
        while (at >= 1) {
            order.add(--at);
            if (left.getOrDefault(at, 0) > 0) {
                left.merge(at, -1, Integer::sum);
                for (int i = 0; i < length; i++) {
                    order.add(++at);
                }
            }
        }
        order.add(-1);
        return order;
    }
}
