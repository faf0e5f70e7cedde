package io.adm4j.bundle;

import io.adm4j.feedback.Count;
import io.adm4j.runtime.BatchSession;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.TensorSpec;
import java.util.List;
import java.util.OptionalInt;

/** Opens the graphs of bundles and checks that they are those of the manifest. */
final class BundleGraph {
    private static final int IMAGE_RANK = 4;

    /** Name of the input with images to upsample. */
    static final String LOW_RES = "low_res";

    /** The input that a vector-Jacobian product multiplies. */
    static final String VECTOR = "v";

    private final ModelBundle bundle;
    private final String name;
    private final BatchSession session;

    private BundleGraph(ModelBundle bundle, String name, BatchSession session) {
        this.bundle = bundle;
        this.name = name;
        this.session = session;
    }

    /**
     * Opens a graph whose inputs of rank 4 are images.
     *
     * @param threads CPU threads; 0 for as many as there are processors
     * @param inputs names of those that it must have
     * @param outputs names of those that it must have
     * @throws BundleException if the bundle has no such graph, or it does not fit the manifest
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    static BatchSession open(
            ModelBundle bundle, String name, Device device, int threads, List<String> inputs, List<String> outputs) {
        BatchSession session = BatchSession.open(bundle.graph(name), device, threads);
        try {
            new BundleGraph(bundle, name, session).check(inputs, outputs);
            return session;
        } catch (BundleException e) {
            session.close();
            throw e;
        }
    }

    private void check(List<String> inputs, List<String> outputs) {
        requireNames("inputs", session.inputs(), inputs);
        requireNames("outputs", session.outputs(), outputs);
        for (TensorSpec input : session.inputs()) {
            checkImages(input);
        }
    }

    private void requireNames(String what, List<TensorSpec> has, List<String> needs) {
        List<String> names = has.stream().map(TensorSpec::name).toList();
        if (!names.containsAll(needs)) {
            throw contradiction("has the " + what + " " + names + ", but " + needs + " are needed");
        }
    }

    private void checkImages(TensorSpec input) {
        long[] shape = input.shape();
        if (shape.length != IMAGE_RANK) {
            return;
        }
        int channels = bundle.manifest().channels();
        // The vector of a vector-Jacobian product has the channels of the denoiser's output.
        if (shape[1] >= 0 && shape[1] != channels && !input.name().equals(VECTOR)) {
            throw contradiction("takes images with " + Count.of(shape[1], "channel") + ", but " + ModelBundle.MANIFEST
                    + " says " + channels);
        }
        OptionalInt small = bundle.manifest().smallSize();
        int size = input.name().equals(LOW_RES) && small.isPresent()
                ? small.getAsInt()
                : bundle.manifest().imageSize();
        boolean told = !input.name().equals(LOW_RES) || small.isPresent();
        if (told && (shape[2] >= 0 && shape[2] != size || shape[3] >= 0 && shape[3] != size)) {
            throw contradiction("takes images of " + shape[2] + "x" + shape[3] + ", but " + ModelBundle.MANIFEST
                    + " says " + size + "x" + size);
        }
    }

    private BundleException contradiction(String how) {
        return new BundleException(
                "The bundle " + bundle.folder() + " contradicts itself: " + name + " " + how + "; export it again.");
    }
}
