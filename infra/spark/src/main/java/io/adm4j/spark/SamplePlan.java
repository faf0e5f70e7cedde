package io.adm4j.spark;

import java.io.Serializable;

/**
 * What an executor found out about a sampling job before it begins.
 *
 * @param count images in all
 * @param settings everything that determines the images, as JSON
 * @param digests of the bundles, by which every executor knows that it has the same
 */
record SamplePlan(int count, String settings, String digests) implements Serializable {}
