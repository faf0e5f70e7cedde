package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.Pickled.Dictionary;
import io.adm4j.export.importer.torch.Pickled.TensorView;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the state dict in a checkpoint. Training programs save more than the published files have: the dict
 * inside another one beside the optimizer's, and names with the prefix of a wrapper. Where only one reading is possible
 * it is taken.
 */
final class StateDict {
    /** Prefixes that DistributedDataParallel, torch.compile and trainers put before every name. */
    private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.", "model.");

    private static final int LISTED = 8;

    private StateDict() {}

    /**
     * The tensors by name.
     *
     * @param root the root object of the pickle
     * @throws CheckpointException if there is no state dict in it, or several
     */
    static Map<String, TensorView> find(Object root, Path file) {
        if (!(root instanceof Dictionary dictionary)) {
            throw new CheckpointException(file + " holds no state dict: its outermost object is no dict.");
        }
        return unwrapped(tensors(inner(dictionary, file), file));
    }

    private static Dictionary inner(Dictionary dictionary, Path file) {
        Map<String, Object> entries = dictionary.entries();
        if (entries.values().stream().anyMatch(TensorView.class::isInstance)) {
            return dictionary;
        }
        // A pickle can hold one dict many times over: each is searched once.
        Map<Object, Boolean> known = new IdentityHashMap<>();
        List<String> keys = entries.keySet().stream()
                .filter(key -> known.computeIfAbsent(entries.get(key), StateDict::isStateDict))
                .toList();
        if (keys.size() > 1) {
            String named = String.join(
                            ", ",
                            keys.stream().limit(LISTED).map(StateDict::quoted).toList())
                    + (keys.size() > LISTED ? " and " + (keys.size() - LISTED) + " more" : "");
            throw new CheckpointException(
                    file + " holds several state dicts (" + named + "): save the one to import alone,"
                            + " as torch.save(torch.load(file)[" + quoted(keys.get(0)) + "], other_file) does.");
        }
        return keys.isEmpty() ? dictionary : (Dictionary) entries.get(keys.get(0));
    }

    private static boolean isStateDict(Object value) {
        return value instanceof Dictionary d
                && !d.entries().isEmpty()
                && d.entries().values().stream().allMatch(TensorView.class::isInstance);
    }

    private static Map<String, TensorView> tensors(Dictionary dictionary, Path file) {
        Map<String, TensorView> found = new LinkedHashMap<>();
        dictionary.entries().forEach((key, value) -> {
            if (!(value instanceof TensorView view)) {
                throw new CheckpointException("The entry " + quoted(key) + " of " + file
                        + " is no tensor: save the model's state_dict() alone.");
            }
            found.put(key, view);
        });
        return found;
    }

    private static Map<String, TensorView> unwrapped(Map<String, TensorView> tensors) {
        Map<String, TensorView> found = tensors;
        for (int depth = 0; depth < WRAPPERS.size(); depth++) {
            for (String wrapper : WRAPPERS) {
                found = without(wrapper, found);
            }
        }
        return found;
    }

    private static Map<String, TensorView> without(String wrapper, Map<String, TensorView> tensors) {
        if (!tensors.keySet().stream().allMatch(name -> name.startsWith(wrapper))) {
            return tensors;
        }
        Map<String, TensorView> shorter = new LinkedHashMap<>();
        tensors.forEach((name, view) -> shorter.put(name.substring(wrapper.length()), view));
        return shorter;
    }

    private static String quoted(String key) {
        return "'" + RestrictedUnpickler.printable(key) + "'";
    }
}
