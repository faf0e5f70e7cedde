package io.adm4j.harness.restoration;

import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;

/**
 * How near an image is to the truth.
 *
 * @param psnr peak signal-to-noise ratio in dB, of levels from 0 to 255; infinite for equal images
 * @param ssim structural similarity (Wang et al.: "Image Quality Assessment: From Error Visibility to Structural Similarity",
 *     2004): mean over channels and the positions at which a Gaussian window of 11x11 pixels with deviation 1.5 fits; 1 for equal
 *     images. Smaller images have a window of their largest odd size.
 */
public record ImageQuality(double psnr, double ssim) {
    private static final double PEAK = 255;
    private static final int WINDOW = 11;
    private static final double DEVIATION = 1.5;
    private static final double C1 = 0.01 * PEAK * 0.01 * PEAK;
    private static final double C2 = 0.03 * PEAK * 0.03 * PEAK;

    /**
     * Compares two images.
     *
     * @param image uint8 {@code [1, H, W, C]}
     * @param truth uint8 of the same shape
     */
    public static ImageQuality of(Tensor image, Tensor truth) {
        ByteBuffer a = image.bytes();
        ByteBuffer b = truth.bytes();
        double squares = 0;
        for (int i = 0; i < a.capacity(); i++) {
            double difference = (a.get(i) & 0xff) - (b.get(i) & 0xff);
            squares += difference * difference;
        }
        double psnr = 10 * Math.log10(PEAK * PEAK * a.capacity() / squares);
        return new ImageQuality(psnr, ssim(image, truth));
    }

    private static double ssim(Tensor image, Tensor truth) {
        int height = (int) image.dim(1);
        int width = (int) image.dim(2);
        int channels = (int) image.dim(3);
        int side = Math.min(WINDOW, Math.min(height, width));
        side -= 1 - side % 2;
        double[] window = window(side);
        ByteBuffer a = image.bytes();
        ByteBuffer b = truth.bytes();
        double sum = 0;
        for (int channel = 0; channel < channels; channel++) {
            for (int top = 0; top + side <= height; top++) {
                for (int left = 0; left + side <= width; left++) {
                    double meanA = 0;
                    double meanB = 0;
                    double squaresA = 0;
                    double squaresB = 0;
                    double products = 0;
                    for (int y = 0; y < side; y++) {
                        for (int x = 0; x < side; x++) {
                            int at = ((top + y) * width + left + x) * channels + channel;
                            double weight = window[y] * window[x];
                            double ofA = a.get(at) & 0xff;
                            double ofB = b.get(at) & 0xff;
                            meanA += weight * ofA;
                            meanB += weight * ofB;
                            squaresA += weight * ofA * ofA;
                            squaresB += weight * ofB * ofB;
                            products += weight * ofA * ofB;
                        }
                    }
                    double covariance = products - meanA * meanB;
                    double variances = squaresA - meanA * meanA + squaresB - meanB * meanB;
                    sum += (2 * meanA * meanB + C1)
                            * (2 * covariance + C2)
                            / ((meanA * meanA + meanB * meanB + C1) * (variances + C2));
                }
            }
        }
        return sum / ((double) channels * (height - side + 1) * (width - side + 1));
    }

    private static double[] window(int side) {
        double[] weights = new double[side];
        double sum = 0;
        for (int i = 0; i < side; i++) {
            double distance = i - side / 2;
            weights[i] = Math.exp(-distance * distance / (2 * DEVIATION * DEVIATION));
            sum += weights[i];
        }
        for (int i = 0; i < side; i++) {
            weights[i] /= sum;
        }
        return weights;
    }
}
