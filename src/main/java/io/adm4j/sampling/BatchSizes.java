package io.adm4j.sampling;

/**
 * Which sizes of batches a model's networks get.
 *
 * @param limit most rows in a batch, at least 1
 * @param denoiserMultiple the denoiser's batches are padded to a multiple of it: in these a row gives the same bits
 * @param classifierMultiple the same for the classifier
 * @param powers whether batches are padded to a power of two, for devices that prepare for each new size
 */
record BatchSizes(int limit, int denoiserMultiple, int classifierMultiple, boolean powers) {
    /** For networks that have not been tried. */
    static BatchSizes untried(int limit) {
        return new BatchSizes(limit, 1, 1, false);
    }

    /** Rows of the denoiser's batch that holds a number of rows. */
    int forDenoiser(int rows) {
        return padded(rows, denoiserMultiple);
    }

    /** Rows of the classifier's batch that holds a number of rows. */
    int forClassifier(int rows) {
        return padded(rows, classifierMultiple);
    }

    private int padded(int rows, int multiple) {
        int least = powers ? Integer.highestOneBit(2 * rows - 1) : rows;
        return (least + multiple - 1) / multiple * multiple;
    }
}
