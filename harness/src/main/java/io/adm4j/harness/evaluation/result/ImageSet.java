package io.adm4j.harness.evaluation.result;

import java.util.Optional;

/**
 * A set of images.
 *
 * @param source where they come from, as reports show it: a path, or the bundle that generated them
 * @param count number of images; 0 for a reference of which only statistics are known
 * @param imageSize height and width in pixels; 0 if unknown
 * @param sha256 of the source if it consists of files, 64 hexadecimal digits
 */
public record ImageSet(String source, int count, int imageSize, Optional<String> sha256) {
    @Override
    public String toString() {
        return count == 0 ? "statistics alone" : count + " of " + imageSize + "x" + imageSize;
    }
}
