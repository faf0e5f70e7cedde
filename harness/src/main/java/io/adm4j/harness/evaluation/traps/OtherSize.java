package io.adm4j.harness.evaluation.traps;

import io.adm4j.harness.evaluation.result.ImageSet;
import java.util.Optional;

/** Samples of another size than the reference's images. */
final class OtherSize implements Trap {
    @Override
    public Optional<String> warning(ScoredSets sets) {
        ImageSet samples = sets.samples().images();
        ImageSet reference = sets.reference().images();
        if (samples.count() == 0 || reference.count() == 0 || samples.size().equals(reference.size())) {
            return Optional.empty();
        }
        return Optional.of("The samples are " + samples.size() + " and the reference images " + reference.size()
                + ": the scores measure the difference in sharpness too. Bring both to one size to compare with scores"
                + " of others.");
    }
}
