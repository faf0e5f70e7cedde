package io.adm4j.harness.cli.command;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.run.SampleSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The sets of samples of one source, one for each point of a sweep.
 *
 * @param path of the source; empty for the bundle of the features
 */
record SampleGroup(Optional<Path> path, List<SampleSet> sets) {
    /**
     * Refuses groups whose scores cannot be compared: differences of scores of unlike numbers of samples mean nothing, since most
     * scores depend on the number.
     *
     * @param groups of named sources
     * @throws UserError if they are such
     */
    static void requireComparable(List<SampleGroup> groups) {
        int points = groups.get(groups.size() - 1).sets.size();
        for (int g = 0; g < groups.size(); g++) {
            int own = groups.get(g).sets.size();
            if (own != points && !(own == 1 && g == 0)) {
                throw new UserError("Of stored samples and a sweep only the first can be the stored ones: "
                        + groups.get(groups.size() - 1).path.orElseThrow()
                        + " comes after a bundle with several settings.");
            }
        }
        SampleGroup first = groups.get(0);
        int count = first.sets.get(0).count();
        for (SampleGroup group : groups) {
            int other = group.sets.get(0).count();
            if (other != count && other > 0 && count > 0) {
                throw new UserError("Scores depend on the number of samples, and " + first.path.orElseThrow()
                        + " holds " + Count.of(count, "sample") + ", " + group.path.orElseThrow() + " " + other
                        + ": give --samples " + Math.min(count, other) + " to take as many of each.");
            }
        }
    }

    /** Where the samples are, for messages. */
    String where() {
        return path.filter(named -> !EvalInputs.isBundle(named))
                .map(named -> "in " + named)
                .orElse("of the bundle");
    }
}
