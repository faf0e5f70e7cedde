/**
 * The diffusion process of "Improved Denoising Diffusion Probabilistic Models" (Nichol and Dhariwal, 2021) and "Diffusion
 * Models Beat GANs on Image Synthesis" (Dhariwal and Nichol, 2021): schedules, posterior, samplers and guidance.
 *
 * <p>Networks are seen only through {@link io.adm4j.diffusion.Denoiser} and {@link
 * io.adm4j.diffusion.ClassifierGradient}. Coefficients and arithmetic are float64, images float32.
 */
package io.adm4j.diffusion;
