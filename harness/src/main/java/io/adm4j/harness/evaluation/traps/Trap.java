package io.adm4j.harness.evaluation.traps;

import java.util.Optional;

/** A way in which scores mislead. */
interface Trap {
    /** A sentence with the reason, if the sets are such. */
    Optional<String> warning(ScoredSets sets);
}
