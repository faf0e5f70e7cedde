package io.adm4j.harness.sampling;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.data.Dataset;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Encodes the first images of a dataset into noise, batch by batch.
 *
 * @param batches which images, and where finished batches are kept
 * @param labels one for each image, or none where the denoiser takes none
 * @param roundTrip whether to sample the images back as well, and compare
 */
public record EncodingRun(
        ImageEncoder encoder, Dataset dataset, BatchRun batches, Optional<long[]> labels, boolean roundTrip) {
    private static final String NOISE = "noise";
    private static final String DISTANCE = "distance";

    /**
     * The noise of all images.
     *
     * @param noise float32 {@code [N, C, H, W]}
     * @param distance of the images that were sampled back, in gray levels, the mean over all values; 0 if none were
     */
    public record Encoded(Tensor noise, double distance) {}

    /** Encodes all images. */
    public Encoded encode(ProgressListener listener) {
        int size = dataset.imageSize();
        Tensor noise = Tensor.zeros(ElementType.FLOAT32, batches.count(), dataset.channels(), size, size);
        FloatBuffer all = noise.floats();
        long[] distance = new long[1];
        try (Progress progress = start(listener)) {
            batches.run((from, to) -> encode(from, to, progress), (from, arrays) -> {
                all.put(from * dataset.imageBytes(), arrays.get(NOISE).toFloatArray());
                distance[0] += arrays.get(DISTANCE).toLongArray()[0];
            });
        }
        return new Encoded(noise, (double) distance[0] / ((long) batches.count() * dataset.imageBytes()));
    }

    /** Encodes what is missing of this process's share, and keeps it. */
    public void complete(ProgressListener listener) {
        try (Progress progress = start(listener)) {
            batches.complete((from, to) -> encode(from, to, progress));
        }
    }

    private Progress start(ProgressListener listener) {
        long evaluations = (long) encoder.encodingEvaluations() + (roundTrip ? encoder.steps() : 0);
        return listener.start("Encoding", batches.done() * evaluations, batches.shared() * evaluations, "evaluations");
    }

    private Map<String, Tensor> encode(int from, int to, Progress progress) {
        Tensor images = dataset.images(IntStream.range(from, to).toArray());
        Tensor y = labels.isEmpty() ? null : Tensor.of(Arrays.copyOfRange(labels.get(), from, to), to - from);
        Runnable stepDone = () -> progress.step(to - from);
        Tensor noise = encoder.encode(images, y, stepDone);
        long distance = roundTrip
                ? distance(images.bytes(), encoder.decode(noise, y, stepDone).bytes())
                : 0;
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put(NOISE, noise);
        arrays.put(DISTANCE, Tensor.of(new long[] {distance}, 1));
        return arrays;
    }

    private static long distance(ByteBuffer first, ByteBuffer second) {
        long sum = 0;
        for (int i = 0; i < first.capacity(); i++) {
            sum += Math.abs(Byte.toUnsignedInt(first.get(i)) - Byte.toUnsignedInt(second.get(i)));
        }
        return sum;
    }
}
