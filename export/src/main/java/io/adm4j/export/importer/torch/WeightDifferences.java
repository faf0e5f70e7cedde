package io.adm4j.export.importer.torch;

import io.adm4j.export.graph.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the tensors of a checkpoint and the parameters of a network differ, by name and shape.
 *
 * @param matching how many parameters the checkpoint has in their shape
 * @param missing parameters that the checkpoint lacks
 * @param unexpected tensors that the network does not use
 * @param misshapen tensors whose name the network has with another shape
 */
public record WeightDifferences(int matching, List<Named> missing, List<Named> unexpected, List<Misshapen> misshapen) {
    private static final int LISTED = 3;

    /** A tensor by its name in the state dict and its shape. */
    public record Named(String name, List<Long> shape) {
        @Override
        public String toString() {
            return RestrictedUnpickler.printable(name) + " " + shape;
        }
    }

    /**
     * A tensor of another shape.
     *
     * @param found its shape in the checkpoint
     * @param needed its shape in the network
     */
    public record Misshapen(String name, List<Long> found, List<Long> needed) {
        @Override
        public String toString() {
            return name + " " + found + " where the network has " + needed;
        }
    }

    public WeightDifferences {
        missing = List.copyOf(missing);
        unexpected = List.copyOf(unexpected);
        misshapen = List.copyOf(misshapen);
    }

    /**
     * Compares tensors with a network.
     *
     * @param shapes of the tensors by name
     */
    public static WeightDifferences between(Map<String, List<Long>> shapes, List<Parameter> parameters) {
        Map<String, List<Long>> unexpected = new LinkedHashMap<>(shapes);
        List<Named> missing = new ArrayList<>();
        List<Misshapen> misshapen = new ArrayList<>();
        for (Parameter p : parameters) {
            List<Long> needed = boxed(p.shape());
            List<Long> found = unexpected.remove(p.name());
            if (found == null) {
                missing.add(new Named(p.name(), needed));
            } else if (!found.equals(needed)) {
                misshapen.add(new Misshapen(p.name(), found, needed));
            }
        }
        List<Named> left = new ArrayList<>();
        unexpected.forEach((name, shape) -> left.add(new Named(name, shape)));
        return new WeightDifferences(parameters.size() - missing.size() - misshapen.size(), missing, left, misshapen);
    }

    /** Whether the checkpoint has the network's weights: all of them, in their shapes, and no others. */
    public boolean none() {
        return missing.isEmpty() && unexpected.isEmpty() && misshapen.isEmpty();
    }

    /** The same without tensors that the network does not use. */
    public WeightDifferences withoutUnexpected() {
        return new WeightDifferences(matching, missing, List.of(), misshapen);
    }

    /** The part that agrees of all the names that either side has, from 0 to 1. */
    public double agreement() {
        int all = matching + missing.size() + unexpected.size() + misshapen.size();
        return all == 0 ? 1 : (double) matching / all;
    }

    /** Counts and first names with shapes: "2 missing (a [3], b [3, 4]); 1 unexpected (c [5])". */
    public String listed() {
        List<String> findings = new ArrayList<>();
        list(findings, "missing", missing);
        list(findings, "unexpected", unexpected);
        list(findings, "of another shape", misshapen);
        return String.join("; ", findings);
    }

    /** Counts alone: "2 missing, 1 unexpected". */
    public String counted() {
        List<String> counts = new ArrayList<>();
        count(counts, "missing", missing);
        count(counts, "unexpected", unexpected);
        count(counts, "of another shape", misshapen);
        return String.join(", ", counts);
    }

    private static void count(List<String> counts, String what, List<?> tensors) {
        if (!tensors.isEmpty()) {
            counts.add(tensors.size() + " " + what);
        }
    }

    private static void list(List<String> findings, String what, List<?> tensors) {
        if (!tensors.isEmpty()) {
            String more = tensors.size() > LISTED ? " and " + (tensors.size() - LISTED) + " more" : "";
            findings.add(tensors.size() + " " + what + " ("
                    + String.join(
                            ", ",
                            tensors.stream().limit(LISTED).map(Object::toString).toList()) + more + ")");
        }
    }

    private static List<Long> boxed(long[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }
}
