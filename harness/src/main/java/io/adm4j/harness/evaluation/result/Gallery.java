package io.adm4j.harness.evaluation.result;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.List;

/**
 * Samples to look at.
 *
 * @param images the first samples of the set: uint8 [n, H, W, C], n at least 1
 * @param labels one per image; empty if there are none
 * @param nearest for the first images, in their order, what the reference has nearest to them; may be empty
 */
public record Gallery(Tensor images, List<Integer> labels, List<Nearest> nearest) {
    /**
     * The reference images nearest to a sample by feature.
     *
     * @param images nearest first: uint8 [m, H, W, C]
     * @param distances Euclidean distances between the features, one per image
     */
    public record Nearest(Tensor images, List<Double> distances) {
        public Nearest {
            requireImages(images);
            distances = List.copyOf(distances);
            if (distances.size() != images.dim(0)) {
                throw new IllegalArgumentException(
                        "There are " + distances.size() + " distances for " + images.dim(0) + " images.");
            }
        }
    }

    public Gallery {
        requireImages(images);
        labels = List.copyOf(labels);
        nearest = List.copyOf(nearest);
        if (!labels.isEmpty() && labels.size() != images.dim(0) || nearest.size() > images.dim(0)) {
            throw new IllegalArgumentException("A gallery of " + images.dim(0) + " images has as many labels and at"
                    + " most as many rows of neighbors, not " + labels.size() + " and " + nearest.size() + ".");
        }
    }

    private static void requireImages(Tensor images) {
        if (images.type() != ElementType.UINT8 || images.rank() != 4 || images.dim(0) < 1) {
            throw new IllegalArgumentException("Images are uint8 [N, H, W, C], not " + images + ".");
        }
    }
}
