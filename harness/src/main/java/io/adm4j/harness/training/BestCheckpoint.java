package io.adm4j.harness.training;

/**
 * The checkpoint of a run whose samples scored best.
 *
 * @param step optimizer steps done
 * @param metric name of the score: "fid"
 * @param value of the score
 */
public record BestCheckpoint(long step, String metric, double value) {}
