package io.adm4j.harness.bundle;

import io.adm4j.export.importer.torch.WeightDifferences;
import io.adm4j.export.importer.torch.WeightDifferences.Misshapen;
import io.adm4j.export.importer.torch.WeightMatch;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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
        dimension(shapes, FIRST, 4, 1).ifPresent(channels -> {
            if (channels == 6 && !flags.superResolution()) {
                hints.add("large_size and small_size, not image_size (" + FIRST
                        + " takes 6 channels: the network is an upsampler)");
            } else if (channels == 3 && flags.superResolution()) {
                hints.add("image_size, not large_size (" + FIRST + " takes 3 channels: the network is no upsampler)");
            } else if (channels != 3 && channels != 6) {
                hints.add(channelsHint(channels));
            }
        });
        dimension(shapes, LAST, 4, 0).ifPresent(rows -> {
            if (rows == (flags.learnSigma() ? 3 : 6)) {
                hints.add("learn_sigma " + !flags.learnSigma() + " (" + LAST + " has " + rows + " rows)");
            }
        });
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
        List<String> hints = new ArrayList<>();
        if (!isSameKind(match.differences())) {
            return hints;
        }
        dimension(match.shapes(), FIRST, 4, 1)
                .filter(channels -> channels != 3)
                .ifPresent(channels -> hints.add(channelsHint(channels)));
        width(match.shapes(), "classifier_width", flags.width()).ifPresent(hints::add);
        Set<Long> rows = match.differences().misshapen().stream()
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

    private static String channelsHint(long channels) {
        return "images of another kind (" + FIRST + " takes " + channels + (channels == 1 ? " channel" : " channels")
                + ", and images have 3 here)";
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
