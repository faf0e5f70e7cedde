/**
 * The networks of the paper, the UNet and the noisy classifier, with their configuration and initial weights. Parameters
 * have the published names.
 *
 * <p>Builds on {@code graph}. Whole graphs with inputs and outputs are made in {@code recipe}; losses, optimizers and
 * checkpoint files may not come in here.
 */
package io.adm4j.export.net;
