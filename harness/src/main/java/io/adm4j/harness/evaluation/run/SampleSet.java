package io.adm4j.harness.evaluation.run;

import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import java.util.Optional;

/** One set of samples to score. */
public interface SampleSet {
    /** How the samples are drawn; empty if they were given. */
    Optional<SamplingPoint> point();

    /** Number of samples. */
    int count();

    /** Height and width in pixels. */
    int imageSize();

    /** The class of each sample, if known. */
    Optional<int[]> labels();

    /** Text that differs wherever the images differ. */
    String identity();

    /** The samples from the first on, drawn while they are read unless they are there already; each call starts anew. */
    ImageStream open();

    /** What a report says of the samples; asked once they are measured. */
    ImageSet describe();

    /** What is on disk of the samples for the sake of an interrupted run alone goes. */
    void discard();
}
