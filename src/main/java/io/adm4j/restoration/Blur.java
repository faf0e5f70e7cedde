package io.adm4j.restoration;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** A blur with any kernel; each channel is blurred alone. */
public final class Blur implements Degradation {
    private final BlurKernel kernel;
    private final Border border;

    /** @param kernel less than two images high and wide */
    public Blur(BlurKernel kernel, Border border) {
        this.kernel = kernel;
        this.border = border;
    }

    @Override
    public Tensor measure(Tensor images) {
        return weighed(images, false);
    }

    @Override
    public Tensor transpose(Tensor measured) {
        return weighed(measured, true);
    }

    /** The blurred images themselves. */
    @Override
    public Tensor read(Tensor damaged) {
        return damaged.copy();
    }

    /** The blurred images themselves. */
    @Override
    public Tensor show(Tensor measured) {
        return measured.copy();
    }

    /** @param back whether blurred pixels go to their neighbors, rather than neighbors to blurred pixels */
    private Tensor weighed(Tensor images, boolean back) {
        int planes = (int) (images.dim(0) * images.dim(1));
        int height = (int) images.dim(2);
        int width = (int) images.dim(3);
        Tensor result = Tensor.zeros(ElementType.FLOAT32, images.shape());
        FloatBuffer from = images.floats();
        FloatBuffer to = result.floats();
        double[] sums = new double[height * width];
        for (int plane = 0; plane < planes; plane++) {
            Arrays.fill(sums, 0);
            int first = plane * sums.length;
            for (int place = 0; place < sums.length; place++) {
                for (int i = 0; i < kernel.weights().length; i++) {
                    int y = border.pixel(place / width + i / kernel.width() - kernel.height() / 2, height);
                    int x = border.pixel(place % width + i % kernel.width() - kernel.width() / 2, width);
                    if (y == Border.NONE || x == Border.NONE) {
                        continue;
                    }
                    int neighbor = y * width + x;
                    if (back) {
                        sums[neighbor] += kernel.weights()[i] * from.get(first + place);
                    } else {
                        sums[place] += kernel.weights()[i] * from.get(first + neighbor);
                    }
                }
            }
            for (int i = 0; i < sums.length; i++) {
                to.put(first + i, (float) sums[i]);
            }
        }
        return result;
    }
}
