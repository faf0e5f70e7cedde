package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Converts the rows of an array of images to uint8 RGB [N, H, W, 3], batch by batch: gray is repeated for the three channels,
 * other types than uint8 must hold integers from 0 to 255. Anything else is most likely a network's raw output, whose range could
 * only be guessed.
 */
final class RgbConverter {
    private static final String REMEDY = "images are integers from 0 to 255, so scale them ((x + 1) * 127.5 for"
            + " [-1, 1], x * 255 for [0, 1]) and save them as uint8.";

    private final ImageArrayShape shape;
    private final Path file;
    private int done;
    private double largest;

    RgbConverter(ImageArrayShape shape, Path file) {
        this.shape = shape;
        this.file = file;
    }

    /**
     * The next rows as uint8 [rows, height, width, 3].
     *
     * @param rows of the array, in their order; not modified
     * @throws UserError if they hold a value that is not an integer from 0 to 255
     */
    Tensor convert(Tensor rows) {
        Tensor bytes = rows.type() == ElementType.UINT8 ? rows : integers(rows);
        done += (int) rows.dim(0);
        if (done == shape.count() && isFloat(rows.type()) && largest <= 1) {
            throw new UserError("The images in " + file + " hold no value above 1; " + REMEDY);
        }
        if (shape.planes()) {
            return interleaved(bytes);
        }
        return shape.channels() == 3 ? bytes : repeated(bytes);
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
                long image = done + to.position() / (rows.size() / rows.dim(0));
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

    private Tensor repeated(Tensor gray) {
        Tensor rgb = Tensor.zeros(ElementType.UINT8, gray.dim(0), shape.height(), shape.width(), 3);
        ByteBuffer from = gray.bytes();
        ByteBuffer to = rgb.bytes();
        while (from.hasRemaining()) {
            byte value = from.get();
            to.put(value).put(value).put(value);
        }
        return rgb;
    }

    private Tensor interleaved(Tensor planes) {
        Tensor rgb = Tensor.zeros(ElementType.UINT8, planes.dim(0), shape.height(), shape.width(), 3);
        ByteBuffer from = planes.bytes();
        ByteBuffer to = rgb.bytes();
        int pixels = shape.height() * shape.width();
        for (int image = 0; image < planes.dim(0); image++) {
            for (int i = 0; i < pixels; i++) {
                for (int c = 0; c < 3; c++) {
                    to.put(from.get((image * 3 + c) * pixels + i));
                }
            }
        }
        return rgb;
    }
}
