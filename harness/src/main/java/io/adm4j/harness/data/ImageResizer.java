package io.adm4j.harness.data;

import java.util.random.RandomGenerator;

/**
 * Resizes an image of any shape to a square, as the data loader of the published ADM code does: halved by area (box
 * filter) while the shorter side is at least twice the size, then bicubic so that the shorter side fits, then the square
 * in the center.
 *
 * <p>The resampling follows Pillow's: separable, the filter widened by the scale when shrinking (so that it does not
 * alias), horizontal pass first and rounded to 8 bits, weights in 22-bit fixed point. Each channel is
 * resized by itself, alpha too.
 */
final class ImageResizer {
    /** The smallest part of the shorter side that a random crop has. */
    private static final double LEAST_CROP = 0.8;

    private static final int PRECISION_BITS = 32 - 8 - 2;

    private ImageResizer() {}

    /**
     * @param image not modified
     * @param size height and width in pixels, at least 1
     * @return the image itself if it has that size
     */
    static PixelImage squared(PixelImage image, int size) {
        return brought(image, size).centerCrop(size);
    }

    /** The image with a shorter side of the size. */
    private static PixelImage brought(PixelImage image, int size) {
        PixelImage p = image;
        while (Math.min(p.width(), p.height()) >= 2 * size) {
            p = resize(p, p.width() / 2, p.height() / 2, Filter.BOX);
        }
        double scale = size / (double) Math.min(p.width(), p.height());
        // rint, not round: the published code rounds halves to even.
        return resize(p, (int) Math.rint(p.width() * scale), (int) Math.rint(p.height() * scale), Filter.BICUBIC);
    }

    /**
     * A random square, as the published loader cuts them for classifiers: resized so that the shorter side is a random
     * number from the size to 1/0.8 of it, then cut out at a random place.
     *
     * @param image not modified
     * @param size height and width in pixels, at least 1
     * @param random advanced by three numbers
     */
    static PixelImage randomCrop(PixelImage image, int size, RandomGenerator random) {
        int shorter = random.nextInt(size, (int) Math.ceil(size / LEAST_CROP) + 1);
        PixelImage p = brought(image, shorter);
        int top = random.nextInt(p.height() - size + 1);
        int left = random.nextInt(p.width() - size + 1);
        return p.crop(size, left, top);
    }

    static PixelImage resize(PixelImage image, int width, int height, Filter filter) {
        PixelImage p = image;
        if (width != p.width()) {
            p = horizontally(p, width, filter);
        }
        if (height != p.height()) {
            p = vertically(p, height, filter);
        }
        return p;
    }

    private static PixelImage horizontally(PixelImage p, int width, Filter filter) {
        Weights weights = Weights.of(p.width(), width, filter);
        int channels = p.channels();
        byte[] out = new byte[width * p.height() * channels];
        for (int y = 0, o = 0; y < p.height(); y++) {
            int row = y * p.width() * channels;
            for (int x = 0; x < width; x++) {
                int[] w = weights.values[x];
                int first = row + weights.first[x] * channels;
                for (int c = 0; c < channels; c++) {
                    out[o++] = sum(p.pixels(), first + c, channels, w);
                }
            }
        }
        return new PixelImage(width, p.height(), channels, out);
    }

    private static PixelImage vertically(PixelImage p, int height, Filter filter) {
        Weights weights = Weights.of(p.height(), height, filter);
        int stride = p.width() * p.channels();
        byte[] out = new byte[stride * height];
        for (int y = 0, o = 0; y < height; y++) {
            int[] w = weights.values[y];
            int first = weights.first[y] * stride;
            for (int x = 0; x < stride; x++) {
                out[o++] = sum(p.pixels(), first + x, stride, w);
            }
        }
        return new PixelImage(p.width(), height, p.channels(), out);
    }

    private static byte sum(byte[] pixels, int first, int stride, int[] weights) {
        int s = 1 << (PRECISION_BITS - 1);
        for (int k = 0, i = first; k < weights.length; k++, i += stride) {
            s += (pixels[i] & 0xff) * weights[k];
        }
        return (byte) Math.max(0, Math.min(255, s >> PRECISION_BITS));
    }

    /** A resampling filter; its support is half its width at scale 1. */
    enum Filter {
        BOX(0.5) {
            @Override
            double at(double x) {
                return x > -0.5 && x <= 0.5 ? 1 : 0;
            }
        },
        /** Keys' cubic with a = -1/2. */
        BICUBIC(2) {
            @Override
            double at(double x) {
                double a = -0.5;
                double d = Math.abs(x);
                if (d < 1) {
                    return ((a + 2) * d - (a + 3)) * d * d + 1;
                }
                return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
            }
        };

        private final double support;

        Filter(double support) {
            this.support = support;
        }

        abstract double at(double x);
    }

    /** For each output position: the first input position with a weight, and the fixed-point weights from there on. */
    private record Weights(int[] first, int[][] values) {
        static Weights of(int from, int to, Filter filter) {
            double scale = from / (double) to;
            double widening = Math.max(scale, 1);
            double support = filter.support * widening;
            int[] first = new int[to];
            int[][] values = new int[to][];
            for (int i = 0; i < to; i++) {
                double center = (i + 0.5) * scale;
                int low = Math.max(0, (int) (center - support + 0.5));
                int high = Math.min(from, (int) (center + support + 0.5));
                double[] w = new double[high - low];
                double total = 0;
                for (int k = 0; k < w.length; k++) {
                    w[k] = filter.at((k + low - center + 0.5) / widening);
                    total += w[k];
                }
                first[i] = low;
                values[i] = new int[w.length];
                for (int k = 0; k < w.length; k++) {
                    double fixed = w[k] / total * (1 << PRECISION_BITS);
                    values[i][k] = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
                }
            }
            return new Weights(first, values);
        }
    }
}
