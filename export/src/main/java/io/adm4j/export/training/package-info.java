/**
 * What ONNX Runtime's training API needs: the training graph with gradients and moving averages, the AdamW graph and
 * checkpoint files.
 *
 * <p>Builds on {@code recipe}, {@code autodiff} and {@code graph}. Data, the loop and ONNX Runtime itself may not come in
 * here: this package only makes files.
 */
package io.adm4j.export.training;
