/**
 * Datasets of labeled images from npz files, image folders, zip and tar archives, Parquet files and IDX files, resized as the published
 * ADM loader does. AWT decodes image files here and nowhere else.
 *
 * <p>Builds on core's {@code io}. Training and evaluation may not come in here: both read from this package.
 */
package io.adm4j.harness.data;
