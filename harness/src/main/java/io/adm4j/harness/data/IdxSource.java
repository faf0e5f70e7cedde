package io.adm4j.harness.data;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * MNIST and the datasets in its format: gray images in {@code <split>-images-idx3-ubyte[.gz]}, labels in
 * {@code <split>-labels-idx1-ubyte[.gz]}. Images smaller than the size asked for get an even border of zeros, larger
 * ones are resized.
 */
final class IdxSource implements ImageSource {
    private static final List<String> CLOTHES = List.of(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");
    /** How the label files of Fashion-MNIST begin (train, then t10k). */
    private static final List<int[]> CLOTHES_BEGIN =
            List.of(new int[] {9, 0, 0, 3, 0, 2, 7, 2, 5, 5}, new int[] {9, 2, 1, 1, 6, 1, 4, 6, 5, 7});
    /** How the label files of MNIST begin. */
    private static final List<int[]> DIGITS_BEGIN =
            List.of(new int[] {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, new int[] {7, 2, 1, 0, 4, 1, 4, 9, 5, 9});

    /** An image of more pixels would not fit into an array. */
    private static final int LARGEST_SIDE = 1 << 15;

    private final ImageStore gray;
    private final int count;
    private final int stored;
    private final int imageSize;
    private final int channels;

    /**
     * @param stored height and width of the images in {@code gray}
     * @param imageSize height and width with the border; at least {@code stored}
     * @param channels how often gray is repeated
     */
    private IdxSource(ImageStore gray, int count, int stored, int imageSize, int channels) {
        this.channels = channels;
        this.gray = gray;
        this.count = count;
        this.stored = stored;
        this.imageSize = imageSize;
    }

    /** Whether the folder holds IDX images of any split. */
    static boolean isIn(Path folder) {
        return Arrays.stream(Split.values()).anyMatch(s -> find(folder, imagesName(s)) != null);
    }

    /** @throws UserError if the files do not fit together, or images without alpha do not fit the channels */
    static Dataset open(Path folder, DatasetOptions options) {
        return open(folder, options, ImageStore.largestInHeap());
    }

    /** @param most bytes of images in the heap */
    static Dataset open(Path folder, DatasetOptions options, long most) {
        int channels = options.channels();
        if (channels != 1 && channels != 3) {
            throw new UserError("The network takes " + channels + " channels (flag in_channels), and the IDX images in "
                    + folder + " are gray: give other images, or a network with in_channels 1 or 3.");
        }
        Path imagesFile = require(folder, imagesName(options.split()));
        Path labelsFile = require(folder, options.split().prefix() + "-labels-idx1-ubyte");
        try (IdxFile images = IdxFile.open(imagesFile, 3);
                IdxFile labels = IdxFile.open(labelsFile, 1)) {
            int count = images.shape()[0];
            int height = images.shape()[1];
            int width = images.shape()[2];
            if (labels.shape()[0] != count) {
                throw new UserError("The file " + imagesFile + " holds " + Count.of(count, "image") + " but "
                        + labelsFile + " " + Count.of(labels.shape()[0], "label")
                        + "; take both from the same dataset.");
            }
            if (height != width) {
                throw new UserError("The images in " + imagesFile + " are " + width + "x" + height
                        + "; IDX images have to be square.");
            }
            if (height > LARGEST_SIDE) {
                throw new UserError("The images in " + imagesFile + " are " + width + "x" + height
                        + "; IDX images may be " + LARGEST_SIDE + " pixels wide.");
            }
            int size = options.keepsSize() ? height : options.imageSize();
            int stored = Math.min(size, height);
            ImageStore gray = ImageStore.of(count, stored * stored, most);
            for (int i = 0; i < count; i++) {
                byte[] image = images.next(height * height);
                gray.add(stored == height ? image : shrunk(image, height, stored));
            }
            gray.complete();
            byte[] numbers = labels.next(count);
            int[] label = IntStream.range(0, count).map(i -> numbers[i] & 0xff).toArray();
            int classes = Math.max(10, Arrays.stream(label).max().orElse(0) + 1);
            return new Dataset(
                    new IdxSource(gray, count, stored, size, channels),
                    label,
                    names(folder, label, classes),
                    folder,
                    List.of(imagesFile, labelsFile));
        }
    }

    private static List<String> names(Path folder, int[] labels, int classes) {
        if (classes == CLOTHES.size() && isFashion(folder, labels)) {
            return CLOTHES;
        }
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }

    private static boolean isFashion(Path folder, int[] labels) {
        int[] begin = Arrays.copyOf(labels, Math.min(10, labels.length));
        if (DIGITS_BEGIN.stream().anyMatch(b -> Arrays.equals(b, begin))) {
            return false;
        }
        return CLOTHES_BEGIN.stream().anyMatch(b -> Arrays.equals(b, begin))
                || folder.toAbsolutePath().toString().toLowerCase(Locale.ROOT).contains("fashion");
    }

    private static byte[] shrunk(byte[] image, int from, int to) {
        return ImageResizer.squared(new PixelImage(from, from, 1, image), to).pixels();
    }

    private static String imagesName(Split split) {
        return split.prefix() + "-images-idx3-ubyte";
    }

    private static Path require(Path folder, String name) {
        Path file = find(folder, name);
        if (file == null) {
            throw new UserError("The folder " + folder + " lacks " + name + " (or " + name + ".gz).");
        }
        return file;
    }

    private static Path find(Path folder, String name) {
        Path plain = folder.resolve(name);
        Path packed = folder.resolve(name + ".gz");
        return Files.isRegularFile(plain) ? plain : Files.isRegularFile(packed) ? packed : null;
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public int imageSize() {
        return imageSize;
    }

    @Override
    public int channels() {
        return channels;
    }

    @Override
    public boolean repeatsGray() {
        return channels > 1;
    }

    @Override
    public void copy(int index, byte[] target, int offset) {
        byte[] image = new byte[stored * stored];
        gray.copy(index, image, 0);
        int margin = (imageSize - stored) / 2;
        Arrays.fill(target, offset, offset + imageSize * imageSize * channels, (byte) 0);
        for (int y = 0, p = 0; y < stored; y++) {
            int o = offset + ((margin + y) * imageSize + margin) * channels;
            for (int x = 0; x < stored; x++, p++) {
                for (int c = 0; c < channels; c++) {
                    target[o++] = image[p];
                }
            }
        }
    }
}
