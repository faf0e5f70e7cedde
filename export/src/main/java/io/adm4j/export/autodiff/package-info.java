/**
 * Reverse-mode differentiation: appends to a graph the nodes that compute gradients, one rule for each operator.
 *
 * <p>Builds on {@code graph} only. No network, loss or optimizer may come in here; a new operator of {@code
 * graph.Value} gets its rule here.
 */
package io.adm4j.export.autodiff;
