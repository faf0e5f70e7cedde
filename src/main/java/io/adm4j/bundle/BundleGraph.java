package io.adm4j.bundle;

import io.adm4j.feedback.Count;
import io.adm4j.runtime.BatchSession;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.TensorSpec;

/** Opens the graphs of bundles. */
final class BundleGraph {
    private static final int IMAGE_RANK = 4;

    private BundleGraph() {}

    /**
     * Opens a graph whose inputs of rank 4 are images.
     *
     * @param threads CPU threads; 0 for as many as there are processors
     * @throws BundleException if the bundle has no such graph, or it takes images with other channels than the manifest's
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    static BatchSession open(ModelBundle bundle, String name, Device device, int threads) {
        BatchSession session = BatchSession.open(bundle.graph(name), device, threads);
        try {
            session.inputs().forEach(input -> checkChannels(bundle, name, input));
            return session;
        } catch (BundleException e) {
            session.close();
            throw e;
        }
    }

    private static void checkChannels(ModelBundle bundle, String name, TensorSpec input) {
        int channels = bundle.manifest().channels();
        long[] shape = input.shape();
        if (shape.length == IMAGE_RANK && shape[1] >= 0 && shape[1] != channels) {
            throw new BundleException("The bundle " + bundle.folder() + " contradicts itself: " + name
                    + " takes images with " + Count.of(shape[1], "channel") + ", but " + ModelBundle.MANIFEST + " says "
                    + channels + "; export it again.");
        }
    }
}
