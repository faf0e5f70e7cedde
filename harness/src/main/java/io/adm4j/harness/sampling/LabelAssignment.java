package io.adm4j.harness.sampling;

import io.adm4j.bundle.Manifest;
import io.adm4j.feedback.UserError;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * The labels of a run's images: a function of the choice, the seed and the image's number, whatever the batch size.
 */
public final class LabelAssignment {
    private enum Kind {
        NONE,
        CYCLE,
        RANDOM,
        BALANCED
    }

    private final String text;
    private final Kind kind;
    private final int[] cycle;
    private final int classes;

    private LabelAssignment(String text, Kind kind, int[] cycle, int classes) {
        this.text = text;
        this.kind = kind;
        this.cycle = cycle;
        this.classes = classes;
    }

    /**
     * Reads a choice.
     *
     * @param text {@code all} (each class in turn), {@code random} (uniform), {@code balanced} (all classes equally often,
     *     in random order), or labels and class names separated by commas, taken in turn
     * @param guided whether a classifier guides; without guidance, images of an unconditional denoiser have no labels
     * @throws UserError if the model has no such labels
     */
    public static LabelAssignment of(String text, Manifest manifest, boolean guided) {
        boolean labelled = manifest.classConditional() || guided;
        if (!labelled || manifest.classCount().isEmpty()) {
            if (!text.equals("all")) {
                throw new UserError("Images of this model have no labels: leave out --labels"
                        + (manifest.classifier().isPresent() ? ", or give --classifier-scale." : "."));
            }
            return new LabelAssignment(text, Kind.NONE, new int[0], 0);
        }
        int classes = manifest.classCount().getAsInt();
        return switch (text) {
            case "all" ->
                new LabelAssignment(
                        text, Kind.CYCLE, IntStream.range(0, classes).toArray(), classes);
            case "random" -> new LabelAssignment(text, Kind.RANDOM, null, classes);
            case "balanced", "random-balanced" -> new LabelAssignment(text, Kind.BALANCED, null, classes);
            default -> new LabelAssignment(text, Kind.CYCLE, list(text, manifest), classes);
        };
    }

    private static int[] list(String text, Manifest manifest) {
        try {
            return Arrays.stream(text.split(","))
                    .mapToInt(label -> manifest.classNames().find(label.strip()))
                    .toArray();
        } catch (UserError e) {
            throw new UserError("--labels takes all, balanced, random or a list of labels: " + e.getMessage(), e);
        }
    }

    /** The choice as given. */
    public String text() {
        return text;
    }

    /** Images in one round of the labels; 1 where labels are random or absent. */
    public int round() {
        return kind == Kind.CYCLE ? cycle.length : kind == Kind.BALANCED ? classes : 1;
    }

    /** Labels of the images {@code from} to {@code to} (exclusive) of a run; none for a model without classes. */
    public int[] labels(long seed, int from, int to) {
        if (kind == Kind.NONE) {
            return new int[0];
        }
        return IntStream.range(from, to).map(i -> label(seed, i)).toArray();
    }

    private int label(long seed, int number) {
        return switch (kind) {
            case CYCLE -> cycle[number % cycle.length];
            // From the image's own seed, so that a run that starts with it gives it the same label.
            case RANDOM -> random(seed + number, 0).nextInt(classes);
            case BALANCED -> permutation(seed, number / classes)[number % classes];
            case NONE -> throw new IllegalStateException("A model without classes has no labels.");
        };
    }

    private int[] permutation(long seed, int round) {
        RandomGenerator random = random(seed, round);
        int[] order = new int[classes];
        for (int i = 0; i < classes; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static RandomGenerator random(long seed, int number) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 0x9E3779B97F4A7C15L + number);
    }
}
