/**
 * Restoring damaged images with a denoiser that was not trained for it: the damage as a linear operator, the null-space method (Wang,
 * Yu and Zhang: "Zero-Shot Image Restoration Using Denoising Diffusion Null-Space Model", 2023), and posterior sampling (Chung et al.:
 * "Diffusion Posterior Sampling for General Noisy Inverse Problems", 2023).
 *
 * <p>Builds on {@code diffusion} and {@code tensor} only.
 */
package io.adm4j.restoration;
