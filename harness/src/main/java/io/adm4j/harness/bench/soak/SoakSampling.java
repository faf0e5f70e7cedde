package io.adm4j.harness.bench.soak;

import java.util.List;

/**
 * Settings that many requests share, so that each image is asked for often and needs to be known once.
 *
 * @param label of all images, or nothing: then the image of seed s has class s modulo the number of classes
 */
record SoakSampling(String sampler, int steps, double eta, double scale, String label) {
    /** All that are asked for. */
    static final List<SoakSampling> ALL = List.of(
            new SoakSampling("ddim", 1, 0, 1, ""),
            new SoakSampling("ddim", 2, 0, 0, "9"),
            new SoakSampling("ddim", 5, 1, 2, ""),
            new SoakSampling("ddim", 10, 0, 0, ""),
            new SoakSampling("ddim", 25, 0, 1, ""),
            new SoakSampling("ddim", 25, 0.5, 4, "3"),
            new SoakSampling("ddim", 50, 0, 0.5, ""),
            new SoakSampling("ddpm", 3, 0, 1, "0"),
            new SoakSampling("ddpm", 8, 0, 0, ""),
            new SoakSampling("ddpm", 20, 0, 2, ""),
            new SoakSampling("ddpm", 33, 0, 0, "5"),
            new SoakSampling("ddpm", 50, 0, 1, "7"));

    /** The fields as a query. */
    String query(long seed, int count) {
        return "seed=" + seed + "&count=" + count + "&steps=" + steps + "&sampler=" + sampler + "&classifierScale="
                + scale + (eta == 0 ? "" : "&eta=" + eta) + (label.isEmpty() ? "" : "&label=" + label);
    }

    /** The fields as the inside of a JSON object. */
    String json(long seed, int count) {
        return "\"seed\": " + seed + ", \"count\": " + count + ", \"steps\": \"" + steps + "\", \"sampler\": \""
                + sampler + "\", \"classifierScale\": " + scale + (eta == 0 ? "" : ", \"eta\": " + eta)
                + (label.isEmpty() ? "" : ", \"label\": \"" + label + "\"");
    }
}
