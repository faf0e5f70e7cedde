/**
 * Files: NumPy arrays (npy and npz, read without trust and written as streams), PNG images and grids of images, checksums,
 * lock files, atomic writes and recursive deletion. Every format is read and written in one place, here.
 *
 * <p>Builds on {@code tensor} and {@code feedback}. No AWT (native images cannot use it), no networks, and nothing that
 * knows what an array means: bundles, datasets and checkpoints have packages of their own.
 */
package io.adm4j.io;
