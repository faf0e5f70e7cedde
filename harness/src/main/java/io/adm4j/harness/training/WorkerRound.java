package io.adm4j.harness.training;

import java.nio.file.Path;

/**
 * A worker's round that is done.
 *
 * @param weights folder of this machine with the weights that it reached
 * @param state where all of its state is, in the words of the {@link RoundRunner}, which gets it again for the next round
 */
public record WorkerRound(Path weights, String state, InnerResult result) {}
