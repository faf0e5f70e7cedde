package io.adm4j.harness.evaluation.run;

import io.adm4j.harness.data.ImageStream;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Some images of a set of samples. */
final class SampleImages {
    private SampleImages() {}

    /**
     * Reads images in any order.
     *
     * @param channels that they are brought to
     * @param rows of the set, each from 0; at least one
     * @return one for each of them: uint8 [n, H, W, channels]
     */
    static Tensor read(SampleSet samples, int channels, int... rows) {
        int[] ascending = Arrays.stream(rows).distinct().sorted().toArray();
        Map<Integer, Tensor> images = new HashMap<>();
        try (ImageStream chosen = samples.openRows(ascending).withChannels(channels)) {
            for (int taken = 0; taken < ascending.length; ) {
                Tensor batch = chosen.next(ascending.length - taken);
                for (int row = 0; row < batch.dim(0); row++, taken++) {
                    images.put(ascending[taken], ReferenceImages.stacked(batch.rows(row, row + 1L)));
                }
            }
        }
        return ReferenceImages.stacked(Arrays.stream(rows).mapToObj(images::get).toArray(Tensor[]::new));
    }
}
