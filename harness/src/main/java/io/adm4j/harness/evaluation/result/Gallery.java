package io.adm4j.harness.evaluation.result;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.List;

/**
 * Samples to look at.
 *
 * @param pictures the first samples of the set: uint8 [n, H, W, 3], n at least 1
 * @param labels one a picture; empty if there are none
 * @param nearest for the first pictures, in their order, what the reference has nearest to them; may be empty
 */
public record Gallery(Tensor pictures, List<Integer> labels, List<Nearest> nearest) {
    /**
     * The reference pictures nearest to a sample by feature.
     *
     * @param pictures nearest first: uint8 [m, H, W, 3]
     * @param distances Euclidean distances between the features, one a picture
     */
    public record Nearest(Tensor pictures, List<Double> distances) {
        public Nearest {
            requirePictures(pictures);
            distances = List.copyOf(distances);
            if (distances.size() != pictures.dim(0)) {
                throw new IllegalArgumentException(
                        "There are " + distances.size() + " distances for " + pictures.dim(0) + " pictures.");
            }
        }
    }

    public Gallery {
        requirePictures(pictures);
        labels = List.copyOf(labels);
        nearest = List.copyOf(nearest);
        if (!labels.isEmpty() && labels.size() != pictures.dim(0) || nearest.size() > pictures.dim(0)) {
            throw new IllegalArgumentException("A gallery of " + pictures.dim(0) + " pictures has as many labels and at"
                    + " most as many rows of neighbours, not " + labels.size() + " and " + nearest.size() + ".");
        }
    }

    private static void requirePictures(Tensor pictures) {
        if (pictures.type() != ElementType.UINT8 || pictures.rank() != 4 || pictures.dim(0) < 1 || pictures.dim(3) != 3) {
            throw new IllegalArgumentException("Pictures are uint8 [N, H, W, 3], not " + pictures + ".");
        }
    }
}
