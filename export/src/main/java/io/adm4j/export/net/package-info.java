/**
 * The networks of the paper, the UNet and the noisy classifier, with their configuration, initial weights and graphs
 * for inference and guidance. Parameters have the published names.
 *
 * <p>Builds on {@code graph} and {@code autodiff}. Losses, optimizers and checkpoint files may not come in here.
 */
package io.adm4j.export.net;
