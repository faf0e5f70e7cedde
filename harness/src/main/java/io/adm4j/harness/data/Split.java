package io.adm4j.harness.data;

/** The part of a dataset that comes in two (the IDX files of MNIST and Fashion-MNIST). */
public enum Split {
    /** The images for training: {@code train-*}. */
    TRAIN("train"),
    /** The held-out images: {@code t10k-*}. */
    TEST("t10k");

    private final String prefix;

    Split(String prefix) {
        this.prefix = prefix;
    }

    /** Prefix of the file names of this part. */
    String prefix() {
        return prefix;
    }
}
