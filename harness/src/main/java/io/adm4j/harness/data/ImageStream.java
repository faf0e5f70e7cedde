package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.ArrayFileException;
import io.adm4j.io.NpyStream;
import io.adm4j.io.NpzReader;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Images one batch after the other, in the order of their source. Of an npz file only the batch is in memory; of a folder
 * the batch and the next, which several threads decode meanwhile.
 *
 * <p>For one thread.
 */
public abstract sealed class ImageStream implements AutoCloseable {
    private ImageStream() {}

    /**
     * Opens the sources that {@link Dataset} knows. Images of an npz file and of a folder opened with
     * {@link DatasetOptions#AS_STORED} keep their size.
     *
     * @throws UserError if there are no images that can be read, or images of an npz file are not of the size asked
     */
    public static ImageStream open(Path source, DatasetOptions options) {
        if (!Files.isRegularFile(source)) {
            return new OfData(Dataset.openOnce(source, options));
        }
        NpzReader reader = null;
        try {
            reader = NpzReader.open(source);
            return new OfNpz(reader, source, options);
        } catch (ArrayFileException e) {
            closeQuietly(reader);
            throw new UserError(e.getMessage(), e);
        } catch (UserError e) {
            closeQuietly(reader);
            throw e;
        }
    }

    /** Images that are in memory: uint8 [N, H, W, 3], N at least 1, H = W. */
    public static ImageStream of(Tensor images) {
        return new OfTensor(images);
    }

    /** The images of a data set in their order. */
    public static ImageStream of(Dataset data) {
        return new OfData(data);
    }

    /**
     * Images that are made while the stream is read, and handed out as they are made.
     *
     * @param size how many there will be
     * @param labels one per image, or none
     * @param batches uint8 [N, H, W, 3] of any number N at each call
     */
    public static ImageStream ofBatches(int size, int imageSize, Optional<int[]> labels, Supplier<Tensor> batches) {
        return new OfBatches(size, imageSize, labels, batches);
    }

    /** Number of images in all; at least 1. */
    public abstract int size();

    /** Height and width in pixels. */
    public abstract int imageSize();

    /** SHA-256 of the source as {@link Dataset#checksum()} has it, which reads it all; empty for memory. */
    public abstract Optional<String> checksum();

    /**
     * The labels of all images in their order, where the source has any.
     *
     * @throws UserError if there are labels that do not fit the images
     */
    public abstract Optional<int[]> labels();

    /**
     * The first images of this stream, which the new one closes.
     *
     * @throws UserError if there are fewer
     */
    public ImageStream first(int count) {
        return new First(this, count);
    }

    /**
     * The next images.
     *
     * @param max at least 1
     * @return uint8 [at most max, H, W, 3], or null after the last image
     * @throws UserError if the source is damaged
     */
    public abstract Tensor next(int max);

    @Override
    public void close() {}

    private static void closeQuietly(NpzReader reader) {
        if (reader != null) {
            reader.close();
        }
    }

    private static final class OfNpz extends ImageStream {
        private final Path file;
        private final NpzReader reader;
        private final NpyStream rows;
        private final ImageArrayLayout layout;
        private final ImageRows toRgb;

        OfNpz(NpzReader reader, Path file, DatasetOptions options) {
            this.file = file;
            this.reader = reader;
            this.layout = ImageArrayLayout.of(reader, file);
            layout.requireSquare(file);
            int size = options.imageSize();
            if (size != DatasetOptions.AS_STORED && size != layout.height()) {
                throw new UserError("The images in " + file + " are " + layout.width() + "x" + layout.height()
                        + ", but " + size + "x" + size + " are needed.");
            }
            this.rows = reader.stream(NpzImages.IMAGES);
            this.toRgb = new ImageRows(layout, file);
        }

        @Override
        public int size() {
            return layout.count();
        }

        @Override
        public int imageSize() {
            return layout.height();
        }

        @Override
        public Optional<String> checksum() {
            return Optional.of(Sha256.of(file));
        }

        @Override
        public Optional<int[]> labels() {
            try {
                return reader.has(NpzImages.LABELS)
                        ? Optional.of(NpzImages.labels(reader, file, layout.count()))
                        : Optional.empty();
            } catch (ArrayFileException e) {
                throw new UserError(e.getMessage(), e);
            }
        }

        @Override
        public Tensor next(int max) {
            try {
                Tensor block = rows.nextRows(max);
                return block == null ? null : toRgb.toRgb(block);
            } catch (ArrayFileException e) {
                throw new UserError(e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            rows.close();
            reader.close();
        }
    }

    private static final class OfData extends ImageStream {
        private final Dataset data;
        private int done;
        /** The batch that is decoded meanwhile; null before the first. */
        private CompletableFuture<Tensor> ahead;

        OfData(Dataset data) {
            this.data = data;
        }

        @Override
        public int size() {
            return data.size();
        }

        @Override
        public int imageSize() {
            return data.imageSize();
        }

        @Override
        public Optional<String> checksum() {
            return Optional.of(data.checksum());
        }

        @Override
        public Optional<int[]> labels() {
            return data.labels();
        }

        @Override
        public Tensor next(int max) {
            int count = Math.min(max, data.size() - done);
            if (count == 0) {
                return null;
            }
            Tensor batch = ahead == null ? null : arrived();
            if (batch == null || batch.dim(0) < count) {
                batch = decoded(done, count);
            } else if (batch.dim(0) > count) {
                batch = batch.rows(0, count);
            }
            done += count;
            int from = done;
            int next = Math.min(max, data.size() - from);
            ahead = next == 0 ? null : CompletableFuture.supplyAsync(() -> decoded(from, next));
            return batch;
        }

        private Tensor arrived() {
            try {
                return ahead.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof UserError unusable ? unusable : e;
            }
        }

        private Tensor decoded(int from, int count) {
            byte[] images = new byte[Math.multiplyExact(count, data.imageBytes())];
            IntStream.range(0, count).parallel().forEach(i -> data.copy(from + i, images, i * data.imageBytes()));
            return Tensor.of(images, count, data.imageSize(), data.imageSize(), 3);
        }
    }

    private static final class OfBatches extends ImageStream {
        private final int size;
        private final int imageSize;
        private final Optional<int[]> labels;
        private final Supplier<Tensor> batches;
        private int done;
        /** What is left of the batch at hand; null if nothing is. */
        private Tensor left;

        OfBatches(int size, int imageSize, Optional<int[]> labels, Supplier<Tensor> batches) {
            this.size = size;
            this.imageSize = imageSize;
            this.labels = labels;
            this.batches = batches;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public int imageSize() {
            return imageSize;
        }

        @Override
        public Optional<String> checksum() {
            return Optional.empty();
        }

        @Override
        public Optional<int[]> labels() {
            return labels.map(int[]::clone);
        }

        @Override
        public Tensor next(int max) {
            int count = Math.min(max, size - done);
            if (count == 0) {
                return null;
            }
            Tensor batch = left == null ? batches.get() : left;
            left = batch.dim(0) > count ? batch.rows(count, batch.dim(0)) : null;
            Tensor result = left == null ? batch : batch.rows(0, count);
            done += (int) result.dim(0);
            return result;
        }
    }

    private static final class First extends ImageStream {
        private final ImageStream all;
        private final int count;
        private int done;

        First(ImageStream all, int count) {
            if (count < 1 || count > all.size()) {
                throw new UserError("There are " + all.size() + " images, and " + count + " were asked for.");
            }
            this.all = all;
            this.count = count;
        }

        @Override
        public int size() {
            return count;
        }

        @Override
        public int imageSize() {
            return all.imageSize();
        }

        @Override
        public Optional<String> checksum() {
            return all.checksum();
        }

        @Override
        public Optional<int[]> labels() {
            return all.labels().map(labels -> Arrays.copyOf(labels, count));
        }

        @Override
        public Tensor next(int max) {
            int wanted = Math.min(max, count - done);
            if (wanted == 0) {
                return null;
            }
            Tensor rows = all.next(wanted);
            done += (int) rows.dim(0);
            return rows;
        }

        @Override
        public void close() {
            all.close();
        }
    }

    private static final class OfTensor extends ImageStream {
        private final Tensor images;
        private int done;

        OfTensor(Tensor images) {
            if (images.type() != ElementType.UINT8
                    || images.rank() != 4
                    || images.dim(0) < 1
                    || images.dim(1) != images.dim(2)
                    || images.dim(3) != 3) {
                throw new IllegalArgumentException("Images are uint8 [N, H, W, 3] with H = W, not " + images + ".");
            }
            this.images = images;
        }

        @Override
        public int size() {
            return (int) images.dim(0);
        }

        @Override
        public int imageSize() {
            return (int) images.dim(1);
        }

        @Override
        public Optional<String> checksum() {
            return Optional.empty();
        }

        @Override
        public Optional<int[]> labels() {
            return Optional.empty();
        }

        @Override
        public Tensor next(int max) {
            int count = Math.min(max, size() - done);
            if (count == 0) {
                return null;
            }
            done += count;
            return images.rows(done - count, done);
        }
    }
}
