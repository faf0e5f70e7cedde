package io.adm4j.harness.evaluation.features;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Maps of features [height, width, channels] of one image, with TensorFlow's operators written out, to hold the ONNX
 * graph against.
 */
record Maps(int height, int width, int channels, double[] values) {

    Maps(int height, int width, int channels) {
        this(height, width, channels, new double[height * width * channels]);
    }

    double at(int y, int x, int c) {
        return values[(y * width + x) * channels + c];
    }

    private void set(int y, int x, int c, double value) {
        values[(y * width + x) * channels + c] = value;
    }

    /** Without half-pixel centres: row y of the result looks at y·height/newHeight. */
    Maps resize(int newHeight, int newWidth) {
        Maps out = new Maps(newHeight, newWidth, channels);
        for (int y = 0; y < newHeight; y++) {
            double sy = y * (double) height / newHeight;
            int y0 = (int) sy;
            int y1 = Math.min(y0 + 1, height - 1);
            for (int x = 0; x < newWidth; x++) {
                double sx = x * (double) width / newWidth;
                int x0 = (int) sx;
                int x1 = Math.min(x0 + 1, width - 1);
                for (int c = 0; c < channels; c++) {
                    double top = at(y0, x0, c) + (at(y0, x1, c) - at(y0, x0, c)) * (sx - x0);
                    double bottom = at(y1, x0, c) + (at(y1, x1, c) - at(y1, x0, c)) * (sx - x0);
                    out.set(y, x, c, top + (bottom - top) * (sy - y0));
                }
            }
        }
        return out;
    }

    Maps map(DoubleUnaryOperator f) {
        return new Maps(height, width, channels, Arrays.stream(values).map(f).toArray());
    }

    /** @param kernel [kh, kw, in, out] */
    Maps conv(float[] kernel, int kh, int kw, int out, int stride, boolean same) {
        int[] rows = places(height, kh, stride, same);
        int[] columns = places(width, kw, stride, same);
        Maps result = new Maps(rows[0], columns[0], out);
        for (int y = 0; y < rows[0]; y++) {
            for (int x = 0; x < columns[0]; x++) {
                for (int o = 0; o < out; o++) {
                    double sum = 0;
                    for (int i = 0; i < kh * kw; i++) {
                        int sy = y * stride - rows[1] + i / kw;
                        int sx = x * stride - columns[1] + i % kw;
                        for (int c = 0; inside(sy, sx) && c < channels; c++) {
                            sum += at(sy, sx, c) * kernel[(i * channels + c) * out + o];
                        }
                    }
                    result.set(y, x, o, sum);
                }
            }
        }
        return result;
    }

    /** @param gamma null for none */
    Maps normalize(float[] mean, float[] variance, float[] beta, float[] gamma, double epsilon) {
        Maps out = new Maps(height, width, channels);
        for (int i = 0; i < values.length; i++) {
            int c = i % channels;
            out.values[i] =
                    (values[i] - mean[c]) / Math.sqrt(variance[c] + epsilon) * (gamma == null ? 1 : gamma[c]) + beta[c];
        }
        return out;
    }

    /** Largest value, or mean of those inside the image. */
    Maps pool(boolean largest, int size, int stride, boolean same) {
        int[] rows = places(height, size, stride, same);
        int[] columns = places(width, size, stride, same);
        Maps result = new Maps(rows[0], columns[0], channels);
        for (int y = 0; y < rows[0]; y++) {
            for (int x = 0; x < columns[0]; x++) {
                for (int c = 0; c < channels; c++) {
                    double sum = 0;
                    double max = Double.NEGATIVE_INFINITY;
                    int count = 0;
                    for (int i = 0; i < size * size; i++) {
                        int sy = y * stride - rows[1] + i / size;
                        int sx = x * stride - columns[1] + i % size;
                        if (inside(sy, sx)) {
                            sum += at(sy, sx, c);
                            max = Math.max(max, at(sy, sx, c));
                            count++;
                        }
                    }
                    result.set(y, x, c, largest ? max : sum / count);
                }
            }
        }
        return result;
    }

    static Maps join(Maps... parts) {
        int channels = Arrays.stream(parts).mapToInt(Maps::channels).sum();
        Maps out = new Maps(parts[0].height, parts[0].width, channels);
        for (int place = 0; place < out.height * out.width; place++) {
            int to = place * channels;
            for (Maps part : parts) {
                System.arraycopy(part.values, place * part.channels, out.values, to, part.channels);
                to += part.channels;
            }
        }
        return out;
    }

    private boolean inside(int y, int x) {
        return y >= 0 && y < height && x >= 0 && x < width;
    }

    /** Number of results along an axis, and how far before the first element the first window begins. */
    private static int[] places(int length, int window, int stride, boolean same) {
        if (!same) {
            return new int[] {(length - window) / stride + 1, 0};
        }
        int count = (length + stride - 1) / stride;
        return new int[] {count, Math.max(0, (count - 1) * stride + window - length) / 2};
    }
}
