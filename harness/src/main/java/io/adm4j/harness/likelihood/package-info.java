/**
 * The likelihood of images under a model: the variational bound in bits per dimension, with its terms at each timestep.
 *
 * <p>Builds on core's {@code diffusion}, on {@code data} and on the kept batches of {@code sampling}. Reports may not come in here.
 */
package io.adm4j.harness.likelihood;
