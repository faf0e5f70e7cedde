package io.adm4j.harness.evaluation.features;

import io.adm4j.export.importer.vision.VisionNetwork;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Resampling;
import io.adm4j.runtime.BatchSession;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.GraphFailure;
import io.adm4j.runtime.TensorSpec;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A network that turns images into features, as an ONNX graph of one of two forms:
 *
 * <ul>
 *   <li>the classifiers that {@code harness train} makes, the networks that {@code harness import-features} makes of
 *       checkpoints, and others of one input [N, C, H, W] float32 in [-1, 1]:
 *       to {@code features} [N, D], or an only output of any name, and to class {@code logits} [N, K] if there are any;
 *   <li>the Inception network that {@code harness import-features} makes: {@code images} [N, H, W, 3] of 0 to 255, uint8 or
 *       float32, to {@code pool_3} [N, D], {@code spatial} [N, S] and class {@code probabilities} [N, K].
 * </ul>
 */
public final class FeatureExtractor implements AutoCloseable {
    /** An image size that leaves any size to the network. */
    public static final int ANY_SIZE = -1;

    private static final int RGB = 3;

    /** Images that a thread takes through the network at once; more no longer gain speed, but take more memory. */
    private static final int SHARE = 8;

    private final BatchSession session;
    private final Form form;
    private final TensorSpec input;
    private final Resampling resize;

    private FeatureExtractor(BatchSession session, Form form, Resampling resize) {
        this.session = session;
        this.form = form;
        this.input = session.inputs().get(0);
        this.resize = resize;
    }

    /**
     * What a graph takes and gives.
     *
     * @param planes whether it takes [N, C, H, W] in [-1, 1], else [N, H, W, C] of 0 to 255
     * @param features name of the output
     * @param spatial name of the output, if there is one
     * @param classes name of the output of logits, for the Inception network of probabilities, if there is one
     */
    private record Form(boolean planes, String features, Optional<String> spatial, Optional<String> classes) {
        private static final String FEATURES = "features";
        private static final String LOGITS = "logits";
        private static final Form INCEPTION =
                new Form(false, "pool_3", Optional.of("spatial"), Optional.of("probabilities"));

        /** The form of a graph, if it is a feature network. */
        static Optional<Form> of(BatchSession session) {
            if (session.inputs().size() != 1) {
                return Optional.empty();
            }
            TensorSpec in = session.inputs().get(0);
            long[] shape = in.shape();
            boolean floats = in.type() == ElementType.FLOAT32;
            if (shape.length != 4) {
                return Optional.empty();
            }
            Set<String> names = session.outputs().stream().map(TensorSpec::name).collect(Collectors.toSet());
            if (in.name().equals("pictures") && names.containsAll(INCEPTION.outputs())) {
                boolean images = (floats || in.type() == ElementType.UINT8) && (shape[3] == RGB || shape[3] == -1);
                return images ? Optional.of(INCEPTION) : Optional.empty();
            }
            String only = names.contains(FEATURES) || names.size() != 1
                    ? FEATURES
                    : names.iterator().next();
            return floats && shape[1] != 0 && names.contains(only)
                    ? Optional.of(new Form(
                            true,
                            only,
                            Optional.empty(),
                            Optional.of(LOGITS).filter(names::contains).filter(n -> !n.equals(only))))
                    : Optional.empty();
        }

        /** The outputs that are used. */
        Set<String> outputs() {
            return Stream.of(Optional.of(features), spatial, classes)
                    .flatMap(Optional::stream)
                    .collect(Collectors.toSet());
        }
    }

    /**
     * Loads a feature network.
     *
     * <p>On a CPU, each thread takes a few images of a batch at once through the network: no thread waits for another within
     * an operator, and the weights are fetched from memory once for those images. The features are the same bits whatever
     * batch an image comes in.
     *
     * @param threads CPU threads; 0 for all cores
     * @param resize what brings images to the network's own size; empty for the filter that the network itself names, or none
     * @throws UserError if the file is missing or no graph of these forms
     */
    public static FeatureExtractor open(Path network, Device device, int threads, Optional<Resampling> resize) {
        if (!Files.isRegularFile(network)) {
            throw new UserError("There is no feature network " + network + ".");
        }
        BatchSession session = BatchSession.openSplitting(network, device, threads, SHARE);
        try {
            return new FeatureExtractor(session, form(session, network), resize.orElseGet(() -> published(session)));
        } catch (UserError e) {
            session.close();
            throw e;
        }
    }

    private static Form form(BatchSession session, Path network) {
        return Form.of(session)
                .orElseThrow(() -> new UserError("The graph " + network + " is no feature network: it takes "
                        + session.inputs().stream()
                                .map(FeatureExtractor::describe)
                                .toList()
                        + " and gives "
                        + session.outputs().stream()
                                .map(FeatureExtractor::describe)
                                .toList()
                        + ", but one float32 input [N, C, H, W] to features [N, D] or an only output, or the graph of"
                        + " harness import-features, is needed."));
    }

    private static Resampling published(BatchSession session) {
        return Optional.ofNullable(session.metadata().get(VisionNetwork.RESIZE))
                .map(Resampling::of)
                .orElse(Resampling.NONE);
    }

    private static String describe(TensorSpec spec) {
        return spec.name() + Arrays.toString(spec.shape());
    }

    /** The same with the filter that the network itself names, or none: see {@link #open(Path, Device, int, Optional)}. */
    public static FeatureExtractor open(Path network, Device device, int threads) {
        return open(network, device, threads, Optional.empty());
    }

    /** The name under which the network was published, if its file holds one: "DINOv2 ViT-L/14". */
    public Optional<String> publishedName() {
        return Optional.ofNullable(session.metadata().get(VisionNetwork.NAME));
    }

    /** Height of the images it takes, or {@link #ANY_SIZE}. */
    public int imageHeight() {
        return size(form.planes ? 2 : 1);
    }

    /** Width of the images it takes, or {@link #ANY_SIZE}. */
    public int imageWidth() {
        return size(form.planes ? 3 : 2);
    }

    private int size(int axis) {
        return input.shape()[axis] > 0 ? (int) input.shape()[axis] : ANY_SIZE;
    }

    /** What brings images to the network's own size. */
    public Resampling resize() {
        return resize;
    }

    /** Bytes of the features of an image, as far as the graph says how many there are. */
    public long bytesPerImage() {
        return session.outputs().stream()
                .filter(output -> form.outputs().contains(output.name()))
                .mapToLong(output -> Float.BYTES
                        * Arrays.stream(output.shape())
                                .skip(1)
                                .filter(d -> d > 0)
                                .reduce(1, (a, b) -> a * b))
                .sum();
    }

    /** Channels of the images it takes. */
    public int channels() {
        return form.planes && input.shape()[1] > 0 ? (int) input.shape()[1] : RGB;
    }

    /** Whether it gives the spatial features that sFID takes. */
    public boolean givesSpatial() {
        return form.spatial.isPresent();
    }

    /** Whether it gives the class probabilities that the Inception Score takes. */
    public boolean givesClasses() {
        return form.classes.isPresent();
    }

    /**
     * The features of a batch.
     *
     * @param stored images [N, H, W, C], uint8, or float32 of 0 to 255
     * @throws UserError if the images have another size and are not resized or other channels than the network takes or hold a value that is not finite, or
     *     the network gives such a value
     */
    public FeatureBatch extract(Tensor stored) {
        Tensor images = fitting(stored);
        if (images.dim(3) != channels()) {
            throw new UserError("The images have " + Count.of(images.dim(3), "channel")
                    + ", but the feature network takes " + channels() + ".");
        }
        if (images.type() == ElementType.FLOAT32) {
            requireFinite(
                    "The images hold",
                    "so they cannot be scored: make them again or leave the broken ones out",
                    images);
        }
        Tensor given = form.planes ? scaled(images) : converted(images, input.type());
        Map<String, Tensor> results = results(given);
        int count = (int) images.dim(0);
        return new FeatureBatch(
                count,
                finite(results, form.features),
                form.spatial.map(name -> finite(results, name)),
                form.classes
                        .map(name -> finite(results, name))
                        .map(values -> form.planes ? softmax(values, count) : values));
    }

    /** The images in the network's own size, if it has one. */
    private Tensor fitting(Tensor images) {
        boolean fits = (imageHeight() == ANY_SIZE || images.dim(1) == imageHeight())
                && (imageWidth() == ANY_SIZE || images.dim(2) == imageWidth());
        if (fits) {
            return images;
        }
        if (resize == Resampling.NONE) {
            throw new UserError("The images are " + images.dim(2) + "x" + images.dim(1)
                    + ", but the feature network takes " + imageWidth() + "x" + imageHeight() + ".");
        }
        return resize.apply(
                images,
                imageHeight() == ANY_SIZE ? (int) images.dim(1) : imageHeight(),
                imageWidth() == ANY_SIZE ? (int) images.dim(2) : imageWidth());
    }

    /** Network and images both come from the user. */
    private Map<String, Tensor> results(Tensor given) {
        try {
            return session.run(Map.of(input.name(), given));
        } catch (GraphFailure e) {
            throw new UserError("The feature network does not run on images " + given + ": " + e.getMessage(), e);
        }
    }

    /** From NHWC of 0 to 255 to float NCHW: 0 becomes -1, 255 becomes 1. */
    private static Tensor scaled(Tensor images) {
        int count = (int) images.dim(0);
        int pixels = Math.toIntExact(images.dim(1) * images.dim(2));
        int channels = (int) images.dim(3);
        Tensor x = Tensor.zeros(ElementType.FLOAT32, count, channels, images.dim(1), images.dim(2));
        FloatBuffer out = x.floats();
        FloatBuffer in = converted(images, ElementType.FLOAT32).floats();
        float[] image = new float[pixels * channels];
        float[] plane = new float[pixels];
        for (int i = 0; i < count; i++) {
            in.get(image);
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < pixels; p++) {
                    plane[p] = image[p * channels + c] / 127.5f - 1;
                }
                out.put(plane);
            }
        }
        return x;
    }

    /** The same values in another type; to uint8 they are cut off, as the published sampling does. */
    private static Tensor converted(Tensor images, ElementType type) {
        if (images.type() == type) {
            return images;
        }
        Tensor result = Tensor.zeros(type, images.shape());
        boolean toBytes = type == ElementType.UINT8;
        ByteBuffer bytes = toBytes ? result.bytes() : images.bytes();
        FloatBuffer floats = toBytes ? images.floats() : result.floats();
        // Image by image over arrays, which the JVM vectorizes.
        int length = images.size() / (int) images.dim(0);
        byte[] integers = new byte[length];
        float[] numbers = new float[length];
        while (bytes.hasRemaining()) {
            if (toBytes) {
                floats.get(numbers);
                for (int i = 0; i < length; i++) {
                    integers[i] = (byte) (int) Math.min(255, Math.max(0, numbers[i]));
                }
                bytes.put(integers);
            } else {
                bytes.get(integers);
                for (int i = 0; i < length; i++) {
                    numbers[i] = integers[i] & 0xff;
                }
                floats.put(numbers);
            }
        }
        return result;
    }

    private static float[] softmax(float[] logits, int count) {
        int classes = logits.length / count;
        double[] p = new double[classes];
        for (int from = 0; from < logits.length; from += classes) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                largest = Math.max(largest, logits[from + c]);
            }
            double total = 0;
            for (int c = 0; c < classes; c++) {
                p[c] = Math.exp(logits[from + c] - largest);
                total += p[c];
            }
            for (int c = 0; c < classes; c++) {
                logits[from + c] = (float) (p[c] / total);
            }
        }
        return logits;
    }

    private static float[] finite(Map<String, Tensor> results, String name) {
        Tensor values = results.get(name);
        requireFinite(
                "The feature network gave",
                "so no score can be computed; check the network with 'harness run'",
                values);
        return values.toFloatArray();
    }

    private static void requireFinite(String where, String remedy, Tensor values) {
        values.firstNonFinite().ifPresent(i -> {
            throw new UserError(where + " a value that is not a finite number ("
                    + values.floats().get(i) + "), " + remedy + ".");
        });
    }

    @Override
    public void close() {
        session.close();
    }

    /**
     * What the network says of a batch.
     *
     * @param features one vector after the other
     * @param spatial one vector after the other; absent where the network gives none
     * @param probabilities of the classes, one distribution after the other; absent where the network gives none
     */
    public record FeatureBatch(
            int count, float[] features, Optional<float[]> spatial, Optional<float[]> probabilities) {}
}
