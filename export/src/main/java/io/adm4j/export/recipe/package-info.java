/**
 * What each ONNX graph consists of: one recipe each for the inference of denoiser, upsampler, classifier and feature
 * extractor, for the classifier's gradient and for training.
 *
 * <p>Builds on {@code net}, {@code loss}, {@code autodiff} and {@code graph}. Network layers, optimizers and files may not
 * come in here.
 */
package io.adm4j.export.recipe;
