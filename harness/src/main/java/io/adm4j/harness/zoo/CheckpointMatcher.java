package io.adm4j.harness.zoo;

import io.adm4j.export.importer.torch.Checkpoint;
import io.adm4j.export.importer.torch.NamePrefix;
import io.adm4j.export.importer.torch.WeightDifferences;
import io.adm4j.export.importer.torch.WeightMatch;
import io.adm4j.feedback.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says which released network weights belong to, where they do not fit: names and shapes are compared with each. */
public final class CheckpointMatcher {
    /** Below this share of equal names and shapes a similarity means nothing. */
    private static final double LEAST = 0.5;

    private final ReleasedModels released;

    /** One network of a model, and how a checkpoint differs from it. */
    private record Candidate(
            ReleasedModel model, boolean classifier, ReleasedNetwork network, WeightDifferences differences) {
        String named() {
            return (classifier ? "the classifier of " : "") + model.name();
        }
    }

    public CheckpointMatcher(ReleasedModels released) {
        this.released = released;
    }

    /**
     * Checks that a checkpoint fits a network: that it has all of its weights and no others.
     *
     * @param network its name in the message: "imagenet64"
     * @param hints flags that would explain the differences
     * @throws UserError if it does not; the message lists the differences and the released model that is most similar
     */
    public void requireFit(WeightMatch match, String network, List<String> hints) {
        requireFit(match.file(), match.shapes(), match.differences(), network, hints);
    }

    /** As {@link #requireFit(WeightMatch, String, List)}, of names and shapes, without hints. */
    public void requireFit(Path file, Map<String, List<Long>> shapes, WeightDifferences differences, String network) {
        requireFit(file, shapes, differences, network, List.of());
    }

    private void requireFit(
            Path file,
            Map<String, List<Long>> shapes,
            WeightDifferences differences,
            String network,
            List<String> hints) {
        if (differences.none()) {
            return;
        }
        List<Candidate> candidates = candidates(shapes);
        List<Candidate> exact = exact(file, candidates);
        throw new UserError("The weights in " + file + " do not fit " + network
                + (exact.isEmpty()
                        ? ": " + differences.listed() + "; "
                                + (hints.isEmpty()
                                        ? nearest(candidates, differences)
                                        : "they were made with " + String.join(" and ", hints) + ".")
                        : " (" + differences.counted() + "): " + exactly(exact)));
    }

    /** Half a sentence on which released network a checkpoint is or is most similar to. */
    public String sentence(Checkpoint checkpoint) {
        return sentence(checkpoint.file(), checkpoint.shapes());
    }

    /** As {@link #sentence(Checkpoint)}, of names and shapes. */
    String sentence(Path file, Map<String, List<Long>> shapes) {
        List<Candidate> candidates = candidates(shapes);
        List<Candidate> exact = exact(file, candidates);
        return exact.isEmpty() ? nearest(candidates, null) : exactly(exact);
    }

    private List<Candidate> candidates(Map<String, List<Long>> shapes) {
        List<Candidate> candidates = new ArrayList<>();
        for (ReleasedModel model : released.models()) {
            candidates.add(candidate(model, false, model.denoiser(), shapes));
            model.classifier().ifPresent(c -> candidates.add(candidate(model, true, c, shapes)));
        }
        return candidates;
    }

    private static Candidate candidate(
            ReleasedModel model, boolean classifier, ReleasedNetwork network, Map<String, List<Long>> shapes) {
        NamePrefix prefix = NamePrefix.of(shapes.keySet(), network.parameters());
        return new Candidate(
                model, classifier, network, WeightDifferences.between(prefix.strip(shapes), network.parameters()));
    }

    /** Those that fit. Some models agree in every shape; a published file name distinguishes them. */
    private List<Candidate> exact(Path file, List<Candidate> candidates) {
        List<Candidate> exact =
                candidates.stream().filter(c -> c.differences().none()).toList();
        List<Candidate> named = exact.stream()
                .filter(c -> file.endsWith(released.file(c.network()).name()))
                .toList();
        return named.isEmpty() ? exact : named;
    }

    private static String exactly(List<Candidate> exact) {
        boolean classifier = exact.get(0).classifier();
        String models =
                String.join(" or ", exact.stream().map(c -> c.model().name()).toList());
        return "in names and shapes they are exactly those of " + (classifier ? "the classifier of " : "") + models
                + ": use --model " + (exact.size() == 1 ? models : "with the name that is right")
                + (classifier ? " and give them as --classifier-weights." : ".");
    }

    /** @param known differences that the message already lists; may be null */
    private static String nearest(List<Candidate> candidates, @Nullable WeightDifferences known) {
        Candidate best = candidates.stream()
                .max(Comparator.comparingDouble(c -> c.differences().agreement()))
                .orElseThrow();
        double agreement = best.differences().agreement();
        if (agreement < LEAST) {
            return "they are similar to no released model, so give the flags that they were made with.";
        }
        String agree =
                String.format(Locale.ROOT, "%.1f %% of names and shapes agree", Math.floor(agreement * 1000) / 10);
        Optional<Long> classes = otherClasses(best.differences());
        if (classes.isPresent()) {
            return "they are those of " + best.named() + " but for " + classes.get() + " classes: give the flags that"
                    + " 'harness models " + best.model().name() + " --json' shows as --flags, with num_classes "
                    + classes.get() + ".";
        }
        if (best.differences().equals(known)) {
            return "no released model is more similar (" + agree + ").";
        }
        return "they are most similar to " + best.named() + " (" + agree + "); compared with that, "
                + best.differences().listed() + ".";
    }

    /** The number of classes, where only the label embedding differs. */
    private static Optional<Long> otherClasses(WeightDifferences differences) {
        boolean rest =
                differences.missing().isEmpty() && differences.unexpected().isEmpty();
        if (!rest || differences.misshapen().size() != 1) {
            return Optional.empty();
        }
        WeightDifferences.Misshapen only = differences.misshapen().get(0);
        boolean sameWidth = only.found().size() == 2
                && only.found().get(1).equals(only.needed().get(1));
        return only.name().equals("label_emb.weight") && sameWidth
                ? Optional.of(only.found().get(0))
                : Optional.empty();
    }
}
