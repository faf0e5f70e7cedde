package io.adm4j.sampling;

/**
 * How a model's networks get their batches.
 *
 * @param limit most rows in a batch, at least 1
 * @param denoiserTogether whether the denoiser gives a row of a batch the same bits as the row alone; if not, it gets the rows
 *     of a batch one by one
 * @param classifierTogether the same for the classifier
 * @param powers whether batches are padded to a power of two, for devices that prepare for each new size
 */
record BatchSizes(int limit, boolean denoiserTogether, boolean classifierTogether, boolean powers) {
    /** For networks that have not been tried: the classifiers that are known round by the position in a batch on a CPU. */
    static BatchSizes untried(int limit, boolean cpu) {
        return new BatchSizes(limit, true, !cpu, false);
    }

    /** Rows of the batch, padding included, that holds a number of rows. */
    int padded(int rows) {
        return powers ? Integer.highestOneBit(2 * rows - 1) : rows;
    }
}
