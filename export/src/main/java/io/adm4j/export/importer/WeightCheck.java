package io.adm4j.export.importer;

import io.adm4j.export.graph.Parameter;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether a checkpoint has the weights of a network: all of them, in their shapes, and no others. */
public final class WeightCheck {
    private static final int LISTED = 8;

    private WeightCheck() {}

    /**
     * Reads a network's weights as float32.
     *
     * @return one array for each parameter, in the parameters' order
     * @throws CheckpointException if the checkpoint does not fit; the message lists what is missing, left over and of
     *     another shape
     */
    public static Map<String, Tensor> read(TorchCheckpoint checkpoint, List<Parameter> parameters) {
        check(checkpoint, parameters);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (Parameter p : parameters) {
            weights.put(p.name(), checkpoint.readFloat32(p.name()));
        }
        return weights;
    }

    /**
     * Compares names and shapes.
     *
     * @throws CheckpointException if the checkpoint does not fit
     */
    public static void check(TorchCheckpoint checkpoint, List<Parameter> parameters) {
        List<String> missing = new ArrayList<>();
        List<String> misshapen = new ArrayList<>();
        Set<String> unexpected = new LinkedHashSet<>(checkpoint.names());
        for (Parameter p : parameters) {
            if (!unexpected.remove(p.name())) {
                missing.add(p.name());
                continue;
            }
            long[] shape = checkpoint.entry(p.name()).shape();
            if (!Arrays.equals(shape, p.shape())) {
                misshapen.add(p.name() + " " + Arrays.toString(shape) + " where the network has "
                        + Arrays.toString(p.shape()));
            }
        }
        List<String> findings = new ArrayList<>();
        describe(findings, "missing", missing);
        describe(findings, "unexpected", unexpected.stream().map(RestrictedUnpickler::printable).toList());
        describe(findings, "of another shape", misshapen);
        if (!findings.isEmpty()) {
            throw new CheckpointException(
                    "The weights in " + checkpoint.file() + " do not fit the network that the flags describe: "
                            + String.join("; ", findings) + ".");
        }
    }

    private static void describe(List<String> findings, String what, List<String> names) {
        if (!names.isEmpty()) {
            String more = names.size() > LISTED ? " and " + (names.size() - LISTED) + " more" : "";
            findings.add(names.size() + " " + what + " ("
                    + String.join(", ", names.subList(0, Math.min(LISTED, names.size()))) + more + ")");
        }
    }
}
