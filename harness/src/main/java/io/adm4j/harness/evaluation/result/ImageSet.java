package io.adm4j.harness.evaluation.result;

import java.util.List;
import java.util.Optional;

/**
 * A set of images.
 *
 * @param source where they come from, as reports show it: a path, or the bundle that generated them
 * @param count number of images; 0 for a reference of which only statistics are known
 * @param imageSize height in pixels; 0 if unknown
 * @param width in pixels; 0 if unknown
 * @param sha256 of the source if it consists of files, 64 hexadecimal digits
 * @param repeatsGray whether the images are gray and their channel was repeated for the feature network
 * @param classes names of the classes by label, where they have names of their own
 * @param choice which images of the source these are, where not all
 */
public record ImageSet(
        String source,
        int count,
        int imageSize,
        int width,
        Optional<String> sha256,
        boolean repeatsGray,
        List<String> classes,
        Optional<String> choice) {
    public ImageSet {
        classes = List.copyOf(classes);
    }

    /** Square images with the channels that the feature network takes. */
    public ImageSet(String source, int count, int imageSize, Optional<String> sha256) {
        this(source, count, imageSize, imageSize, sha256, false, List.of(), Optional.empty());
    }

    /** The same of gray images whose channel is repeated. */
    public ImageSet repeatingGray() {
        return new ImageSet(source, count, imageSize, width, sha256, true, classes, choice);
    }

    /** The same with names of the classes. */
    public ImageSet withClasses(List<String> names) {
        return new ImageSet(source, count, imageSize, width, sha256, repeatsGray, names, choice);
    }

    /** Width and height: "48x32". */
    public String size() {
        return width + "x" + imageSize;
    }

    @Override
    public String toString() {
        return (count == 0 ? "statistics alone" : count + " of " + size())
                + (repeatsGray ? ", gray repeated for all channels" : "")
                + choice.map(text -> ", " + text).orElse("");
    }
}
