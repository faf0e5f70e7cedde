package io.adm4j.harness.evaluation.traps;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.List;
import java.util.Optional;

/** All traps. A new one is a {@link Trap} and its line here. */
public final class Traps {
    private final List<Trap> all;

    public Traps(MatrixProducts products) {
        this.all = List.of(
                new ReferenceAsSamples(),
                new RepeatedImages(),
                new FewSamples(products),
                new OtherSize(),
                new GraySamples(),
                new BlockEdges(),
                new ClassImbalance());
    }

    /** A sentence for each trap that the sets are in. */
    public List<String> warnings(ScoredSets sets) {
        return all.stream()
                .map(trap -> trap.warning(sets))
                .flatMap(Optional::stream)
                .toList();
    }
}
