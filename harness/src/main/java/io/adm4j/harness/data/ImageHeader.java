package io.adm4j.harness.data;

/**
 * What the header of an image file says.
 *
 * @param size of the image turned upright
 */
record ImageHeader(FileChannels channels, ImageSize size) {}
