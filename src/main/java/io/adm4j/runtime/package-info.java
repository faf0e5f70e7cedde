/**
 * Runs ONNX graphs, for inference and for training, on a CPU or a GPU, with {@link io.adm4j.tensor.Tensor} in and out.
 * Failures that the user can do something about are {@link io.adm4j.runtime.RuntimeFailure}, all others {@link
 * io.adm4j.runtime.GraphFailure} or {@code IllegalArgumentException}.
 *
 * <p>On x86-64, {@link io.adm4j.runtime.WinogradConvolutions} rewrites graphs when they are loaded, so that bundles stay the same
 * for all processors.
 *
 * <p>Builds on {@code tensor} and {@code feedback}. The only package that may use {@code ai.onnxruntime}, none of whose
 * types leave it. What a graph is for (denoiser, classifier, features) does not belong here.
 */
package io.adm4j.runtime;
