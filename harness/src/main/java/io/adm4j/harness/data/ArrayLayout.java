package io.adm4j.harness.data;

/** The order of the dimensions of an array of images. */
public enum ArrayLayout {
    /** [N, height, width, channels], as saved images have it. */
    HWC,
    /** [N, channels, height, width], as networks have it. */
    CHW
}
