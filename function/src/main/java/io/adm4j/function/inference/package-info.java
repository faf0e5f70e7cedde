/**
 * The Open Inference Protocol (version 2, REST): health, metadata and inference under {@code /v2}, for clients such as those
 * of KServe. Specification: <a href="https://github.com/kserve/open-inference-protocol">open-inference-protocol</a>; the
 * form with tensors as bytes is its extension {@code binary_tensor_data}.
 *
 * <p>Builds on {@code service}, and on {@code http} for what all paths share. Other doors may not be used here.
 */
package io.adm4j.function.inference;
