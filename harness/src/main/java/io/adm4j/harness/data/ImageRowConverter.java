package io.adm4j.harness.data;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.io.Luma;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Converts the rows of an array of images to uint8 [N, H, W, C], batch by batch: gray is repeated where C is 3, and colors become
 * luma where C is 1. Other types than uint8 must hold integers from 0 to 255. Anything else is most likely a network's raw output,
 * whose range could only be guessed.
 */
final class ImageRowConverter {
    private static final String REMEDY = "images are integers from 0 to 255, so scale them ((x + 1) * 127.5 for"
            + " [-1, 1], x * 255 for [0, 1]) and save them as uint8.";

    private final ImageArrayShape shape;
    private final int channels;
    private final Path file;
    /** Of the images that are converted, ascending. */
    private final int[] numbers;

    private int done;
    private double largest;

    /**
     * @param shape of the array, of which images of so many channels can be made
     * @param channels of the images
     * @param file for messages
     */
    ImageRowConverter(ImageArrayShape shape, int channels, Path file) {
        this(shape, channels, file, IntStream.range(0, shape.count()).toArray());
    }

    private ImageRowConverter(ImageArrayShape shape, int channels, Path file, int... numbers) {
        this.shape = shape;
        this.channels = channels;
        this.file = file;
        this.numbers = numbers;
    }

    /** The same for some images, which alone decide whether the array holds images. */
    ImageRowConverter of(int... chosen) {
        return new ImageRowConverter(shape, channels, file, chosen);
    }

    /** Channels of the converted images. */
    int channels() {
        return channels;
    }

    /** Whether gray is repeated. */
    boolean repeatsGray() {
        return shape.channels() == 1 && channels > 1;
    }

    /** Says that colors become gray, if they do. */
    void announce(Consumer<String> warnings) {
        if (shape.channels() == 3 && channels == 1) {
            warnings.accept("Converted " + Count.of(shape.count(), "color image") + " in " + file
                    + " to gray (luma): the network takes 1 channel.");
        }
    }

    /**
     * The next rows as uint8 [rows, height, width, channels].
     *
     * @param rows of the array, in their order; not modified
     * @throws UserError if they hold a value that is not an integer from 0 to 255
     */
    Tensor convert(Tensor rows) {
        Tensor bytes = rows.type() == ElementType.UINT8 ? rows : integers(rows);
        done += (int) rows.dim(0);
        if (done == numbers.length && isFloat(rows.type()) && largest <= 1) {
            throw new UserError("The images in " + file + " hold no value above 1; " + REMEDY);
        }
        Tensor images = shape.planes() ? interleaved(bytes) : bytes;
        if (channels == shape.channels()) {
            return images.reshape(images.dim(0), shape.height(), shape.width(), channels);
        }
        return channels == 1 ? gray(images) : RepeatedGray.repeat(images, channels);
    }

    private Tensor integers(Tensor rows) {
        Tensor result = Tensor.zeros(ElementType.UINT8, rows.shape());
        ByteBuffer to = result.bytes();
        ByteBuffer from = rows.bytes();
        while (to.hasRemaining()) {
            double value = switch (rows.type()) {
                case FLOAT32 -> from.getFloat();
                case FLOAT64 -> from.getDouble();
                case INT64 -> from.getLong();
                case INT32 -> from.getInt();
                case INT16 -> from.getShort();
                default -> throw new IllegalStateException("ImageArrayShape refuses " + rows.type() + ".");
            };
            // Written so that NaN fails too.
            if (!(value >= 0 && value <= 255 && value == Math.rint(value))) {
                int image = numbers[done + to.position() / (rows.size() / (int) rows.dim(0))];
                throw new UserError(
                        "Image " + image + " in " + file + " holds the value " + shown(value) + "; " + REMEDY);
            }
            largest = Math.max(largest, value);
            to.put((byte) (int) value);
        }
        return result;
    }

    private static boolean isFloat(ElementType type) {
        return type == ElementType.FLOAT32 || type == ElementType.FLOAT64;
    }

    private static String shown(double value) {
        return Double.isFinite(value)
                ? BigDecimal.valueOf(value)
                        .round(new MathContext(6))
                        .stripTrailingZeros()
                        .toPlainString()
                : Double.toString(value);
    }

    private Tensor gray(Tensor rgb) {
        Tensor gray = images(rgb.dim(0), 1);
        ByteBuffer from = rgb.bytes();
        ByteBuffer to = gray.bytes();
        while (to.hasRemaining()) {
            to.put(Luma.of(from.get(), from.get(), from.get()));
        }
        return gray;
    }

    private Tensor interleaved(Tensor planes) {
        int stored = shape.channels();
        Tensor images = images(planes.dim(0), stored);
        ByteBuffer from = planes.bytes();
        ByteBuffer to = images.bytes();
        int pixels = shape.height() * shape.width();
        for (int image = 0; image < planes.dim(0); image++) {
            for (int i = 0; i < pixels; i++) {
                for (int c = 0; c < stored; c++) {
                    to.put(from.get((image * stored + c) * pixels + i));
                }
            }
        }
        return images;
    }

    private Tensor images(long count, int imageChannels) {
        return Tensor.zeros(ElementType.UINT8, count, shape.height(), shape.width(), imageChannels);
    }
}
