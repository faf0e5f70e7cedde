package io.adm4j.export.importer.torch;

import io.adm4j.export.graph.Parameter;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.tensor.Tensor;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network's weights in a checkpoint: each is read from the file whenever it is asked for, and not kept. A weight with a
 * value that is not finite is refused.
 */
final class CheckpointWeights extends AbstractMap<String, Tensor> {
    private final Checkpoint checkpoint;
    private final String prefix;
    private final Set<String> names = new LinkedHashSet<>();

    /** @param prefix before the parameters' names in the checkpoint */
    CheckpointWeights(Checkpoint checkpoint, String prefix, List<Parameter> parameters) {
        this.checkpoint = checkpoint;
        this.prefix = prefix;
        parameters.forEach(p -> names.add(p.name()));
    }

    @Override
    public @Nullable Tensor get(Object name) {
        return names.contains(name) ? read((String) name) : null;
    }

    @Override
    public boolean containsKey(Object name) {
        return names.contains(name);
    }

    @Override
    public Set<Map.Entry<String, Tensor>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return names.size();
            }

            @Override
            public Iterator<Map.Entry<String, Tensor>> iterator() {
                Iterator<String> each = names.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return each.hasNext();
                    }

                    @Override
                    public Map.Entry<String, Tensor> next() {
                        String name = each.next();
                        return Map.entry(name, read(name));
                    }
                };
            }
        };
    }

    private Tensor read(String parameter) {
        String name = prefix + parameter;
        Tensor weight = checkpoint.readFloat32(name);
        weight.firstNonFinite().ifPresent(i -> {
            throw new CheckpointException("The tensor '" + RestrictedUnpickler.printable(name) + "' in "
                    + checkpoint.file() + " holds " + weight.floats().get(i) + " (element " + i
                    + "): a network with it generates nothing, so give a checkpoint from before training diverged.");
        });
        return weight;
    }
}
