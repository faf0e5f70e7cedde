/**
 * The diffusion process of "Improved Denoising Diffusion Probabilistic Models" (Nichol and Dhariwal, 2021) and
 * "Diffusion Models Beat GANs on Image Synthesis" (Dhariwal and Nichol, 2021): schedules, posterior, samplers, guidance
 * and seeded noise. Coefficients and arithmetic are float64, images float32.
 *
 * <p>Builds on {@code tensor} only. Networks are seen through {@link io.adm4j.diffusion.Denoiser} and {@link
 * io.adm4j.diffusion.ClassifierGradient}: no ONNX Runtime and no files may come in here.
 */
package io.adm4j.diffusion;
