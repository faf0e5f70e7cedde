/**
 * From a request to images: a bundle's networks, a sampler and seeded noise put together, optionally with an upsampler
 * as second stage.
 *
 * <p>Builds on {@code bundle}, {@code diffusion} and {@code restoration}. HTTP, the command line and image files may not come in here: the
 * function and the harness both sample through this package.
 */
package io.adm4j.sampling;
