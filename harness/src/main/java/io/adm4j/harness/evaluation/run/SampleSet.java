package io.adm4j.harness.evaluation.run;

import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import java.util.Optional;

/** One set of samples to score. */
public interface SampleSet {
    /** How the samples are generated; empty if that is not known. */
    Optional<SamplingPoint> point();

    /** Number of samples. */
    int count();

    /** Height and width in pixels. */
    int imageSize();

    /** Channels of every image. */
    int channels();

    /** The class of each sample, if known. */
    Optional<ImageClasses> classes();

    /** Text that differs wherever the images differ. */
    String identity();

    /** The samples from the first on, generated while they are read unless they exist; each call starts anew. */
    ImageStream open();

    /** What a report says of the samples; asked once they are measured. */
    ImageSet describe();

    /** Deletes what was kept of the samples only in case the run is interrupted. */
    void discard();
}
