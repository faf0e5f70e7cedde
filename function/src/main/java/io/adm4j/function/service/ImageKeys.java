package io.adm4j.function.service;

import java.util.List;

/**
 * Seeds and labels image by image, for doors whose requests may choose them so. The other requests have one field for all
 * images.
 *
 * @param seeds one per image, or none: then the images have consecutive seeds
 * @param labels one per image, by number or name, or none: then all have the label of the request
 */
public record ImageKeys(List<String> seeds, List<String> labels) {
    /** Of a request that chooses neither. */
    public static final ImageKeys NONE = new ImageKeys(List.of(), List.of());

    public ImageKeys {
        seeds = List.copyOf(seeds);
        labels = List.copyOf(labels);
        if (!seeds.isEmpty() && !labels.isEmpty() && seeds.size() != labels.size()) {
            throw Refusal.badInput("seed and label must have one value per image each, not " + seeds.size() + " and "
                    + labels.size() + ".");
        }
    }

    /** Number of images, or 0 if nothing is chosen image by image. */
    int count() {
        return Math.max(seeds.size(), labels.size());
    }
}
