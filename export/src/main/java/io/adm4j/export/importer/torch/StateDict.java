package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.Pickled.Dictionary;
import io.adm4j.export.importer.torch.Pickled.Inert;
import io.adm4j.export.importer.torch.Pickled.ScriptModule;
import io.adm4j.export.importer.torch.Pickled.TensorView;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The state dict in a checkpoint. Training programs save more than the published files have: several dicts beside each
 * other, the optimizer's state, settings and counters.
 *
 * @param entry where in the file it is: keys joined by slashes; empty for the outermost dict
 * @param entries where all state dicts of the file are, in its order
 * @param tensors by name
 */
record StateDict(String entry, List<String> entries, Map<String, TensorView> tensors) {
    private static final int DEEPEST = 4;
    private static final int LONGEST_KEY = 100;
    private static final int LISTED = 8;
    private static final int MOST_ENTRIES = 1000;
    private static final int MOST_TENSORS = 1 << 16;
    private static final int LONGEST_NAME = 300;

    /** Moving averages, which the paper samples with. */
    private static final Pattern AVERAGE = Pattern.compile("(^|.*[^a-z])ema([^a-z].*|$)", Pattern.CASE_INSENSITIVE);

    /** What programs call the network's own weights. */
    private static final Set<String> USUAL =
            Set.of("state_dict", "model_state_dict", "model", "params", "net", "network", "unet", "denoiser");

    /**
     * Finds the state dict. Of several, the only moving average is taken, else the only one with a usual name.
     *
     * @param root the root object of the pickle
     * @param wanted which of several; empty for the default
     * @throws CheckpointException if there is none, not the wanted one, or several without a default
     */
    static StateDict find(Object root, Path file, Optional<String> wanted) {
        if (root instanceof Inert object) {
            throw new CheckpointException(file + " holds an object of the kind '" + object.name()
                    + "', no state dict: save the model's state_dict() instead.");
        }
        if (root instanceof ScriptModule module) {
            return of(module, file, wanted);
        }
        if (!(root instanceof Dictionary outermost)) {
            throw new CheckpointException(file + " holds no state dict: its outermost object is no dict.");
        }
        Search search = new Search(file);
        search.visit(outermost, "", 0);
        if (search.found.isEmpty()) {
            unsupported(outermost).ifPresent(tensor -> {
                throw new CheckpointException(file + " holds tensors of a type that is not supported ("
                        + RestrictedUnpickler.printable(tensor) + "): save them as float32.");
            });
            throw new CheckpointException(
                    search.optimizer
                            ? file + " holds an optimizer's state and no weights: give the file that the training"
                                    + " program saved of the model."
                            : file + " holds no state dict: it has no named tensors"
                                    + (outermost.entries().isEmpty()
                                            ? "."
                                            : ", only "
                                                    + listed(outermost.entries().keySet()) + "."));
        }
        List<String> entries = List.copyOf(search.found.keySet());
        String entry = wanted.isPresent() ? wanted(wanted.get(), entries, file) : chosen(entries, file);
        return new StateDict(entry, entries, tensors(Objects.requireNonNull(search.found.get(entry))));
    }

    /** The tensors of a module and of those in it, named by the way to them as PyTorch does. */
    private static StateDict of(ScriptModule outermost, Path file, Optional<String> entry) {
        if (entry.isPresent()) {
            throw new CheckpointException(file + " is a TorchScript archive, which has no entries: leave out --entry.");
        }
        Map<String, TensorView> tensors = new LinkedHashMap<>();
        Set<Object> visited = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Map.Entry<String, ScriptModule>> open = new ArrayDeque<>(List.of(Map.entry("", outermost)));
        while (!open.isEmpty()) {
            Map.Entry<String, ScriptModule> next = open.pop();
            // A module that is used in several places is named once; a pickle can even nest one in itself.
            if (!visited.add(next.getValue().attributes())) {
                continue;
            }
            next.getValue().attributes().forEach((key, value) -> {
                String name = next.getKey() + key;
                if (name.length() > LONGEST_NAME || tensors.size() == MOST_TENSORS) {
                    throw new CheckpointException(file + " nests more modules than any network: it is damaged.");
                }
                if (value instanceof TensorView tensor) {
                    tensors.put(name, tensor);
                } else if (value instanceof ScriptModule inner) {
                    open.push(Map.entry(name + ".", inner));
                }
            });
        }
        if (tensors.isEmpty()) {
            throw new CheckpointException(file + " is a TorchScript archive without weights.");
        }
        return new StateDict("", List.of(""), Collections.unmodifiableMap(tensors));
    }

    /** What would build the first tensor that is not read, such as one of eight bits. */
    private static Optional<String> unsupported(Dictionary dictionary) {
        return dictionary.entries().values().stream()
                .map(value -> value instanceof Inert object ? object.name() : "")
                .filter(name -> name.startsWith("torch._utils._rebuild"))
                .findFirst();
    }

    private static String wanted(String entry, List<String> entries, Path file) {
        if (entries.contains(entry)) {
            return entry;
        }
        throw new CheckpointException("There is no state dict '" + RestrictedUnpickler.printable(entry) + "' in " + file
                + ", " + (entries.equals(List.of("")) ? "which is a single one." : "only " + listed(entries) + "."));
    }

    private static String chosen(List<String> entries, Path file) {
        if (entries.size() == 1) {
            return entries.get(0);
        }
        List<String> averages =
                entries.stream().filter(e -> AVERAGE.matcher(e).matches()).toList();
        List<String> usual = entries.stream().filter(USUAL::contains).toList();
        List<String> preferred = averages.isEmpty() ? usual : averages;
        if (preferred.size() == 1) {
            return preferred.get(0);
        }
        throw new CheckpointException(
                file + " holds several state dicts (" + listed(entries) + "): say which with --entry NAME.");
    }

    private static Map<String, TensorView> tensors(Dictionary dictionary) {
        Map<String, TensorView> tensors = new LinkedHashMap<>();
        dictionary.entries().forEach((name, value) -> {
            if (value instanceof TensorView tensor) {
                tensors.put(name, tensor);
            }
        });
        return Collections.unmodifiableMap(tensors);
    }

    private static String listed(Iterable<String> keys) {
        List<String> all = new ArrayList<>();
        keys.forEach(key -> all.add("'" + RestrictedUnpickler.printable(key) + "'"));
        return String.join(", ", all.subList(0, Math.min(LISTED, all.size())))
                + (all.size() > LISTED ? " and " + (all.size() - LISTED) + " more" : "");
    }

    /** Collects the dicts that hold tensors. */
    private static final class Search {
        private final Path file;
        private final Map<String, Dictionary> found = new LinkedHashMap<>();

        // A pickle can hold one dict many times over, even in itself: each is searched once, by identity.
        private final Map<Object, Long> most = new IdentityHashMap<>();
        private final Map<Object, Boolean> holders = new IdentityHashMap<>();
        private boolean optimizer;

        Search(Path file) {
            this.file = file;
        }

        /** The most tensors that a dict found in or below this one has. */
        private long visit(Dictionary dictionary, String path, int depth) {
            if (most.containsKey(dictionary)) {
                if (holders.containsKey(dictionary)) {
                    add(path, dictionary);
                }
                return most.get(dictionary);
            }
            most.put(dictionary, 0L);
            Map<String, Object> entries = dictionary.entries();
            if (entries.containsKey("state") && entries.containsKey("param_groups")) {
                optimizer = true;
                return 0;
            }
            long below = depth == DEEPEST ? 0 : visitAll(entries, path, depth + 1);
            long own = entries.values().stream()
                    .filter(TensorView.class::isInstance)
                    .count();
            // A counter beside the dict of the weights may be a tensor too.
            if (own > below) {
                holders.put(dictionary, true);
                add(path, dictionary);
            }
            most.put(dictionary, Math.max(own, below));
            return Math.max(own, below);
        }

        private long visitAll(Map<String, Object> entries, String path, int depth) {
            long below = 0;
            for (Map.Entry<String, Object> entry : entries.entrySet()) {
                if (entry.getValue() instanceof Dictionary inner
                        && entry.getKey().length() <= LONGEST_KEY) {
                    String at = path.isEmpty() ? entry.getKey() : path + "/" + entry.getKey();
                    below = Math.max(below, visit(inner, at, depth));
                }
            }
            return below;
        }

        private void add(String path, Dictionary dictionary) {
            if (found.size() == MOST_ENTRIES) {
                throw new CheckpointException(
                        file + " holds more than " + MOST_ENTRIES + " state dicts: save the one to import alone.");
            }
            found.put(path, dictionary);
        }
    }
}
