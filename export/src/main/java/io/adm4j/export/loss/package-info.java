/**
 * The training losses of denoisers as parts of a graph.
 *
 * <p>Builds on {@code graph} and core's {@code diffusion}. No network may come in here: a loss takes its output.
 */
package io.adm4j.export.loss;
