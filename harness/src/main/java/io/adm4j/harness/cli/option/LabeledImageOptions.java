package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.ArrayLayout;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How images are read whose labels may be in files of their own. */
public final class LabeledImageOptions extends ImageOptions {
    @Option(
            names = "--label-file",
            paramLabel = "IMAGES=FILE.csv",
            description =
                    "Labels of images that have none, or other ones: IMAGES as named elsewhere in this command, FILE.csv with"
                            + " lines of a file name (of an array, a number from 0) and a label, or of a label alone in the order"
                            + " of the images. For several sets once each.")
    private Map<Path, Path> labelFiles = Map.of();

    /** Options for images of a source, whose labels are in a file if one is named for it. */
    public DatasetOptions of(Path source, int imageSize, Split split) {
        return of(imageSize, split).withLabelFile(labelFile(source));
    }

    /** As {@link #of(Path, int, Split)}, of images that arrays hold in another order than was asked for. */
    public DatasetOptions of(Path source, int imageSize, Split split, ArrayLayout stored) {
        return of(imageSize, split, stored).withLabelFile(labelFile(source));
    }

    private Optional<Path> labelFile(Path source) {
        return labelFiles.entrySet().stream()
                .filter(entry -> same(entry.getKey(), source))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /**
     * Refuses a file of labels for images that are not read.
     *
     * @param sources that are
     * @throws UserError if there is one
     */
    public void requireLabelsFor(List<Path> sources) {
        for (Path images : labelFiles.keySet()) {
            if (sources.stream().noneMatch(source -> same(images, source))) {
                throw new UserError("--label-file names labels of " + images + ", which is not among the images here ("
                        + String.join(", ", sources.stream().map(Path::toString).toList()) + ").");
            }
        }
    }

    private static boolean same(Path one, Path other) {
        return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
    }
}
