/**
 * Builds ONNX graphs: values with shapes, operators as methods, parameters, and models with their weights.
 *
 * <p>Builds on core's tensors only. No network and no derivative may come in here.
 */
package io.adm4j.export.graph;
