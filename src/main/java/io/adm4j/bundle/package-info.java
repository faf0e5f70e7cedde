/**
 * Model bundles on disk ({@code model.json}, graphs, checksums), and their networks as the samplers see them.
 *
 * <p>Builds on {@code diffusion}, {@code runtime} and {@code io}. How networks are built, trained or imported may not
 * come in here: a bundle only knows finished graphs.
 */
package io.adm4j.bundle;
