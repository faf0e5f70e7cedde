/**
 * Arrays in memory: {@link io.adm4j.tensor.Tensor}, a shape over a direct buffer, which files, the runtime and the
 * diffusion process pass to each other without copies, and its element types.
 *
 * <p>Builds on the JDK only. Arithmetic on tensors belongs to the code that needs it, file formats to {@code io}.
 */
package io.adm4j.tensor;
