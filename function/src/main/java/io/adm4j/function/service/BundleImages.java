package io.adm4j.function.service;

import io.adm4j.bundle.Manifest;

/**
 * Which images a bundle samples.
 *
 * @param digest SHA-256 of its {@code model.json}: an image is a function of it, seed, label and settings
 * @param size height and width
 * @param channels 1 (grayscale), 3 (RGB) or 4 (RGBA)
 */
public record BundleImages(String digest, int size, int channels) {
    static BundleImages of(String digest, Manifest manifest) {
        return new BundleImages(digest, manifest.imageSize(), manifest.channels());
    }
}
