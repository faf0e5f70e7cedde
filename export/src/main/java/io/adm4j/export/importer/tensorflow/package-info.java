/**
 * Reads frozen TensorFlow graphs ({@code .pb}) and translates the published evaluator's Inception network to ONNX.
 *
 * <p>Builds on {@code graph}. No TensorFlow library and no protobuf classes of its own may come in here: the few
 * messages are read by {@code WireReader}.
 */
package io.adm4j.export.importer.tensorflow;
