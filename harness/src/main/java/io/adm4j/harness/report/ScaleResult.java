package io.adm4j.harness.report;

/**
 * What one strength of classifier guidance gave.
 *
 * @param scale the factor on the classifier's gradient; 0 is no guidance
 * @param fid Fréchet distance, at least 0
 * @param precision from 0 to 1
 * @param recall from 0 to 1
 * @param inceptionScore at least 1
 * @param seconds that sampling took
 * @param grid a PNG with some of the samples
 */
public record ScaleResult(
        double scale,
        double fid,
        double precision,
        double recall,
        double inceptionScore,
        double seconds,
        byte[] grid) {}
