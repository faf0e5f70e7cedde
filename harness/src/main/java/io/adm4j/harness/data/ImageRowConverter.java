package io.adm4j.harness.data;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.io.Luma;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
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
 * whose range is not guessed but given.
 */
final class ImageRowConverter {
    private static final String REMEDY = "images are integers from 0 to 255, so save them as uint8, or say what the"
            + " values mean with --range 0..1, -1..1 or 0..255.";

    private final ImageArrayShape shape;
    private final int channels;
    private final ValueRange range;
    private final Path file;
    /** Of the images that are converted, ascending. */
    private final int[] numbers;

    private int done;
    private double smallest = Double.POSITIVE_INFINITY;
    private double largest = Double.NEGATIVE_INFINITY;

    /**
     * @param shape of the array, of which images of so many channels can be made
     * @param options with the channels of the images and the range of floating-point numbers
     * @param file for messages
     */
    ImageRowConverter(ImageArrayShape shape, DatasetOptions options, Path file) {
        this(
                shape,
                options.channels(),
                options.range(),
                file,
                IntStream.range(0, shape.count()).toArray());
    }

    private ImageRowConverter(ImageArrayShape shape, int channels, ValueRange range, Path file, int... numbers) {
        this.shape = shape;
        this.channels = channels;
        this.range = range;
        this.file = file;
        this.numbers = numbers;
    }

    /** The same for some images, which alone decide whether the array holds images. */
    ImageRowConverter of(int... chosen) {
        return new ImageRowConverter(shape, channels, range, file, chosen);
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
     * @throws UserError if they hold a value outside of the range, or all values are such as another range has
     */
    Tensor convert(Tensor rows) {
        Tensor bytes = rows.type() == ElementType.UINT8 ? rows : integers(rows);
        done += (int) rows.dim(0);
        if (done == numbers.length && isFloat(rows.type())) {
            requireUnambiguous();
        }
        Tensor images = shape.planes() ? interleaved(bytes) : bytes;
        if (channels == shape.channels()) {
            return images.reshape(images.dim(0), shape.height(), shape.width(), channels);
        }
        return channels == 1 ? gray(images) : RepeatedGray.repeat(images, channels);
    }

    private void requireUnambiguous() {
        if (range == ValueRange.INTEGERS && largest <= 1) {
            throw new UserError("The images in " + file + " hold no value above 1; " + REMEDY);
        }
        if (range == ValueRange.BYTES && largest <= 1) {
            throw new UserError("The images in " + file + " hold no value above 1, so their range is not 0..255: give"
                    + " --range 0..1, or -1..1 if that is what they are.");
        }
        if (range == ValueRange.SIGNED && smallest >= 0) {
            throw new UserError("The images in " + file + " hold no value below 0, so their range is hardly -1..1: give"
                    + " --range 0..1, or save them as uint8.");
        }
    }

    private Tensor integers(Tensor rows) {
        ValueRange meant = isFloat(rows.type()) ? range : ValueRange.INTEGERS;
        Tensor result = Tensor.zeros(ElementType.UINT8, rows.shape());
        ByteBuffer to = result.bytes();
        ByteBuffer from = rows.bytes();
        while (to.hasRemaining()) {
            double value = switch (rows.type()) {
                case FLOAT16 -> HalfFloat.value(from.getShort());
                case FLOAT32 -> from.getFloat();
                case FLOAT64 -> from.getDouble();
                case INT64 -> from.getLong();
                case INT32 -> from.getInt();
                case INT16 -> from.getShort();
                default -> throw new IllegalStateException("ImageArrayShape refuses " + rows.type() + ".");
            };
            if (!meant.holds(value)) {
                int image = numbers[done + to.position() / (rows.size() / (int) rows.dim(0))];
                throw new UserError("Image " + image + " in " + file + " holds the value " + shown(value)
                        + (meant == ValueRange.INTEGERS
                                ? "; " + REMEDY
                                : ", which is outside of --range " + meant + ": give the range that the values have, or"
                                        + " clip them."));
            }
            smallest = Math.min(smallest, value);
            largest = Math.max(largest, value);
            to.put((byte) meant.toByte(value));
        }
        return result;
    }

    private static boolean isFloat(ElementType type) {
        return type == ElementType.FLOAT16 || type == ElementType.FLOAT32 || type == ElementType.FLOAT64;
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
