/**
 * What ONNX Runtime's training API needs: losses, training graphs with gradients and moving averages, the AdamW graph
 * and checkpoint files.
 *
 * <p>Builds on {@code net}, {@code autodiff}, {@code graph} and core's {@code diffusion}. Data, the loop and ONNX
 * Runtime itself may not come in here: this package only makes files.
 */
package io.adm4j.export.training;
