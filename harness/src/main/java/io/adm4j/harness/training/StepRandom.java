package io.adm4j.harness.training;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Random generators that depend on a seed and a step alone, so that a resumed run continues with the same values. Each
 * purpose has its own stream.
 */
enum StepRandom {
    /** Which images of a step's batch are mirrored. */
    FLIP(0),
    /** The order of the images in one epoch. */
    ORDER(-1),
    /** Timesteps and noise of a step. */
    NOISE(0x5DEECE66DL),
    /** What is cut out of the images of a step's batch. */
    CROP(0x3C79AC492BA7B653L),
    /** Where the timesteps of a step are in the cumulative distribution of importance sampling. */
    TIMESTEPS(0x2545F4914F6CDD1DL);

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long mask;

    StepRandom(long mask) {
        this.mask = mask;
    }

    /**
     * The generator of one step or epoch.
     *
     * @param seed of the run
     * @param number of the step or epoch, from 0
     */
    RandomGenerator of(long seed, long number) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create((seed ^ mask) * GOLDEN_GAMMA + number);
    }
}
