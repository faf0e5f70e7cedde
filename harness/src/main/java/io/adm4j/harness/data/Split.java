package io.adm4j.harness.data;

/** Which part of a data set that comes in two parts (the IDX files of MNIST and Fashion-MNIST). */
public enum Split {
    /** The images for training: {@code train-*}. */
    TRAIN("train"),
    /** The images held back: {@code t10k-*}. */
    TEST("t10k");

    private final String prefix;

    Split(String prefix) {
        this.prefix = prefix;
    }

    /** How the names of the files of this part begin. */
    String prefix() {
        return prefix;
    }
}
