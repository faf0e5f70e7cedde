package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/** Images from any source that a dataset can be, with their labels. One batch is in memory. */
public final class StoredSamples implements SampleSource, AutoCloseable {
    private final ImageStream stream;
    private final int[] labels;
    private final int count;
    private int position;

    private StoredSamples(ImageStream stream, int count) {
        this.stream = stream;
        this.labels = stream.labels().orElseGet(() -> new int[0]);
        this.count = count;
    }

    /**
     * Opens samples.
     *
     * @param path a file or a folder
     * @param reading whose image size is not used: samples are taken as they are
     * @param count how many of the images to take, from the first; null for all
     * @param warnings receives a sentence for what is left out or guessed
     * @throws UserError if there are no square images, fewer than asked for, other channels, or labels that do not fit
     */
    public static StoredSamples open(Path path, DatasetOptions reading, Integer count, Consumer<String> warnings) {
        if (!Files.exists(path)) {
            throw new UserError("There is no file or folder " + path + " with base samples.");
        }
        ImageStream stream = ImageStream.open(path, reading.withSize(DatasetOptions.AS_STORED), warnings);
        try {
            if (count != null && count > stream.size()) {
                throw new UserError(
                        path + " holds " + Count.of(stream.size(), "image") + ", and " + count + " are requested.");
            }
            return new StoredSamples(stream, count == null ? stream.size() : count);
        } catch (UserError e) {
            stream.close();
            throw e;
        }
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int imageSize() {
        return stream.imageSize();
    }

    @Override
    public int channels() {
        return stream.channels();
    }

    @Override
    public int[] labels(int from, int to) {
        return labels.length == 0 ? labels : Arrays.copyOfRange(labels, from, to);
    }

    /** {@inheritDoc} Only reads forwards. */
    @Override
    public Tensor images(int from, int to, StepListener listener) {
        while (position < from) {
            position += (int) stream.next(from - position).dim(0);
        }
        Tensor batch = Tensor.zeros(ElementType.UINT8, to - from, imageSize(), imageSize(), channels());
        ByteBuffer target = batch.bytes();
        while (position < to) {
            Tensor rows = stream.next(to - position);
            target.put(rows.bytes());
            position += (int) rows.dim(0);
        }
        return batch;
    }

    @Override
    public void check(int batchSize) {}

    @Override
    public ObjectNode settings() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("pictures", stream.checksum().orElseThrow())
                .put("num_samples", count);
    }

    @Override
    public boolean worthKeeping() {
        return false;
    }

    @Override
    public void close() {
        stream.close();
    }
}
