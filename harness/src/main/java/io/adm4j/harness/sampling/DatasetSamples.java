package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.data.Dataset;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.stream.IntStream;

/** Images of a dataset, evenly spread over it; if more are wanted than it has, it is repeated. */
public final class DatasetSamples implements SampleSource {
    private final Dataset dataset;
    private final int count;
    private final boolean labelled;

    /**
     * @param count at least 1
     * @param labelled whether the images keep their labels; the dataset has some then
     */
    public DatasetSamples(Dataset dataset, int count, boolean labelled) {
        this.dataset = dataset;
        this.count = count;
        this.labelled = labelled;
    }

    private int index(int number) {
        return (int) ((long) number * Math.max(dataset.size(), count) / count % dataset.size());
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int imageSize() {
        return dataset.imageSize();
    }

    @Override
    public int channels() {
        return dataset.channels();
    }

    @Override
    public int[] labels(int from, int to) {
        return labelled
                ? IntStream.range(from, to).map(i -> dataset.label(index(i))).toArray()
                : new int[0];
    }

    @Override
    public Tensor images(int from, int to, StepListener listener) {
        int size = dataset.imageSize();
        Tensor images = Tensor.zeros(ElementType.UINT8, to - from, size, size, dataset.channels());
        byte[] image = new byte[dataset.imageBytes()];
        for (int i = from; i < to; i++) {
            dataset.copyUsable(index(i), image);
            images.rows(i - from, i - from + 1).bytes().put(image);
        }
        return images;
    }

    @Override
    public void check(int batchSize) {}

    @Override
    public ObjectNode settings() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("dataset", dataset.toString())
                .put("labels", labelled)
                .put("num_samples", count);
    }

    @Override
    public boolean worthKeeping() {
        return false;
    }
}
