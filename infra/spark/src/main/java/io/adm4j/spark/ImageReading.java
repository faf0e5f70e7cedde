package io.adm4j.spark;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.harness.data.ArrayLayout;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.LabelConvention;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.data.ValueRange;
import io.adm4j.harness.training.TrainedNetwork;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * How driver and executors read the images of a run.
 *
 * @param strict whether an image that cannot be used is an error
 */
record ImageReading(ArrayLayout layout, ValueRange range, LabelConvention labels, boolean strict)
        implements Serializable {

    static ImageReading of(ClusterTrainingOptions options) {
        DatasetOptions asked = options.images.of(DatasetOptions.AS_STORED, Split.TRAIN);
        return new ImageReading(asked.layout(), asked.range(), options.labels, asked.strict());
    }

    /** Opens images as a network takes them; those that are left out are named on standard error. */
    Dataset open(Path path, TrainedNetwork network, JsonNode flags, Split split) {
        DatasetOptions options = new DatasetOptions(
                        network.imageSize(flags), network.channels(flags), split, layout, strict)
                .withRange(range)
                .withLabels(labels);
        return Dataset.open(path, options, System.err::println);
    }
}
