/**
 * Reads the published state dicts of feature networks (DINOv2, CLIP's image tower, VGG16), recognized by the names and shapes of
 * their tensors, as graphs that include their normalization and name the filter that resizes images for them.
 *
 * <p>Builds on {@code importer.torch} for checkpoints and on {@code graph}. The networks of the paper and derivatives may not
 * come in here.
 */
package io.adm4j.export.importer.vision;
