package io.adm4j.harness.bundle;

import io.adm4j.export.importer.torch.WeightDifferences;
import io.adm4j.export.importer.torch.WeightDifferences.Misshapen;
import io.adm4j.export.importer.torch.WeightMatch;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.Count;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Flags that would explain why weights do not fit a network, read off the shapes that tell them. */
public final class FlagHints {
    private static final String FIRST = "input_blocks.0.0.weight";
    private static final String LAST = "out.2.weight";
    private static final String LABELS = "label_emb.weight";
    private static final String TIME = "time_embed.0.weight";

    private FlagHints() {}

    /** Flags with values and the shapes that show them, for a denoiser; empty where none is recognized. */
    public static List<String> of(UNetConfig flags, WeightMatch match) {
        return of(flags, match.shapes(), match.differences());
    }

    /** As {@link #of(UNetConfig, WeightMatch)}, of names and shapes. */
    static List<String> of(UNetConfig flags, Map<String, List<Long>> shapes, WeightDifferences differences) {
        List<String> hints = new ArrayList<>();
        if (!isSameKind(differences)) {
            return hints;
        }
        Optional<Long> columns = dimension(shapes, FIRST, 4, 1);
        Optional<Long> rows = dimension(shapes, LAST, 4, 0);
        if (columns.isPresent() && rows.isPresent()) {
            hints.addAll(ofChannels(flags, columns.get(), rows.get()));
        }
        Optional<Long> classes = dimension(shapes, LABELS, 2, 0);
        if (classes.isEmpty() && flags.classConditional()) {
            hints.add("class_cond false (there is no " + LABELS + ")");
        }
        classes.ifPresent(count -> {
            if (!flags.classConditional()) {
                hints.add("class_cond true with num_classes " + count + " (there is a " + LABELS + ")");
            } else if (count != flags.numClasses()) {
                hints.add("num_classes " + count + " (" + LABELS + " has " + count + " rows)");
            }
        });
        width(shapes, "num_channels", flags.numChannels()).ifPresent(hints::add);
        return hints;
    }

    /** As {@link #of(UNetConfig, WeightMatch)}, for a classifier. */
    public static List<String> of(ClassifierConfig flags, WeightMatch match) {
        return of(flags, match.shapes(), match.differences());
    }

    /** As {@link #of(ClassifierConfig, WeightMatch)}, of names and shapes. */
    static List<String> of(ClassifierConfig flags, Map<String, List<Long>> shapes, WeightDifferences differences) {
        List<String> hints = new ArrayList<>();
        if (!isSameKind(differences)) {
            return hints;
        }
        dimension(shapes, FIRST, 4, 1)
                .filter(columns -> columns != flags.inChannels())
                .ifPresent(columns -> hints.add("in_channels " + columns + " (" + taken(columns) + ")"));
        width(shapes, "classifier_width", flags.width()).ifPresent(hints::add);
        Set<Long> rows = differences.misshapen().stream()
                .filter(m -> m.name().startsWith("out.") && m.needed().get(0) == flags.numClasses())
                .map(Misshapen::found)
                .filter(found -> !found.isEmpty())
                .map(found -> found.get(0))
                .collect(Collectors.toSet());
        if (rows.size() == 1 && !rows.contains((long) flags.numClasses())) {
            long count = rows.iterator().next();
            hints.add("num_classes " + count + " (the last layer has " + count + " rows)");
        }
        return hints;
    }

    /** Whether most of the network's names are in the checkpoint; else every shape would be a coincidence. */
    private static boolean isSameKind(WeightDifferences differences) {
        int named = differences.matching() + differences.misshapen().size();
        return named > differences.missing().size();
    }

    /** What the channels of a denoiser's first and last layer tell. */
    private static List<String> ofChannels(UNetConfig flags, long columns, long rows) {
        Optional<Channels> best = Stream.of(true, false)
                .flatMap(upsampler -> Stream.of(true, false)
                        .map(learned -> new Channels(upsampler, upsampler ? columns / 2 : columns, learned)))
                .filter(channels -> channels.columns() == columns && channels.rows() == rows)
                .min(Comparator.comparingInt(channels -> channels.distance(flags)));
        if (best.isEmpty()) {
            return List.of("a condition beside the image, which is not supported (" + taken(columns) + ", and " + LAST
                    + " has " + rows + " rows)");
        }
        Channels found = best.get();
        List<String> hints = new ArrayList<>();
        if (found.upsampler() != flags.superResolution()) {
            hints.add(
                    found.upsampler()
                            ? "large_size and small_size, not image_size (" + taken(columns)
                                    + ": the network is an upsampler)"
                            : "image_size, not large_size (" + taken(columns) + ": the network is no upsampler)");
        }
        if (found.images() != flags.inChannels()) {
            hints.add("in_channels " + found.images() + " (" + taken(columns) + ")");
        }
        if (found.learned() != flags.learnSigma()) {
            hints.add("learn_sigma " + found.learned() + " (" + LAST + " has " + Count.of(rows, "row") + ")");
        }
        return hints;
    }

    private static String taken(long columns) {
        return FIRST + " takes " + Count.of(columns, "channel");
    }

    /** Flags that explain the channels of a network's first and last layer; {@code images} are those of an image. */
    private record Channels(boolean upsampler, long images, boolean learned) {
        long columns() {
            return upsampler ? 2 * images : images;
        }

        long rows() {
            return learned ? 2 * images : images;
        }

        /** The more, the less likely it is that the given flags are wrong about it. */
        int distance(UNetConfig flags) {
            return (images == flags.inChannels() ? 0 : 4)
                    + (upsampler == flags.superResolution() ? 0 : 2)
                    + (learned == flags.learnSigma() ? 0 : 1);
        }
    }

    private static Optional<String> width(Map<String, List<Long>> shapes, String flag, int given) {
        return dimension(shapes, TIME, 2, 1)
                .filter(width -> width != given)
                .map(width -> flag + " " + width + " (" + TIME + " has " + width + " columns)");
    }

    private static Optional<Long> dimension(Map<String, List<Long>> shapes, String name, int rank, int axis) {
        return Optional.ofNullable(shapes.get(name))
                .filter(shape -> shape.size() == rank)
                .map(shape -> shape.get(axis));
    }
}
