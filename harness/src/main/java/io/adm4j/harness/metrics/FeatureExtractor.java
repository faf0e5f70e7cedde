package io.adm4j.harness.metrics;

import io.adm4j.harness.UserError;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.runtime.RuntimeFailure;
import io.adm4j.runtime.TensorSpec;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A network that turns pictures into features, as an ONNX graph: {@code x} [N, 3, H, W] float32 in [-1, 1] to
 * {@code features} [N, D] and class {@code logits} [N, K].
 */
public final class FeatureExtractor implements AutoCloseable {
    /** An image size that leaves any size to the network. */
    public static final int ANY_SIZE = -1;

    private final OnnxSession session;
    private final int imageSize;

    private FeatureExtractor(OnnxSession session, int imageSize) {
        this.session = session;
        this.imageSize = imageSize;
    }

    /**
     * Loads a feature network.
     *
     * @param threads threads within one operator; 0 for all cores
     * @throws UserError if the file is missing or no graph of this form
     */
    public static FeatureExtractor open(Path network, Device device, int threads) {
        if (!Files.isRegularFile(network)) {
            throw new UserError("There is no feature network " + network + ".");
        }
        OnnxSession session;
        try {
            session = OnnxSession.open(network, device, threads);
        } catch (RuntimeFailure e) {
            throw new UserError(e.getMessage(), e);
        }
        try {
            return new FeatureExtractor(session, imageSize(session, network));
        } catch (UserError e) {
            session.close();
            throw e;
        }
    }

    private static int imageSize(OnnxSession session, Path network) {
        boolean outputs = session.outputs().stream().anyMatch(o -> o.name().equals("features"))
                && session.outputs().stream().anyMatch(o -> o.name().equals("logits"));
        if (session.inputs().size() != 1 || !outputs) {
            throw wrongForm(session, network);
        }
        TensorSpec x = session.inputs().get(0);
        long[] shape = x.shape();
        if (!x.name().equals("x") || x.type() != ElementType.FLOAT32 || shape.length != 4
                || shape[2] != shape[3] || shape[1] != 3 && shape[1] != -1) {
            throw wrongForm(session, network);
        }
        return shape[2] > 0 ? (int) shape[2] : ANY_SIZE;
    }

    private static UserError wrongForm(OnnxSession session, Path network) {
        return new UserError("The graph " + network + " is no feature network: it takes "
                + session.inputs().stream().map(FeatureExtractor::describe).toList() + " and gives "
                + session.outputs().stream().map(FeatureExtractor::describe).toList()
                + ", but x [N, 3, H, W] to features [N, D] and logits [N, K] are needed.");
    }

    private static String describe(TensorSpec spec) {
        return spec.name() + Arrays.toString(spec.shape());
    }

    /** Height and width of the pictures it takes, or {@link #ANY_SIZE}. */
    public int imageSize() {
        return imageSize;
    }

    /**
     * The features of a batch.
     *
     * @param pictures uint8 [N, H, W, 3]
     * @throws UserError if the pictures have another size than the network takes, or it gives a value that is not finite
     */
    public FeatureBatch extract(Tensor pictures) {
        if (imageSize != ANY_SIZE && (pictures.dim(1) != imageSize || pictures.dim(2) != imageSize)) {
            throw new UserError("The pictures are " + pictures.dim(2) + "x" + pictures.dim(1)
                    + ", but the feature network takes " + imageSize + "x" + imageSize + ".");
        }
        Map<String, Tensor> results = session.run(Map.of("x", scaled(pictures)));
        FeatureBatch batch = new FeatureBatch((int) pictures.dim(0), results.get("features").toFloatArray(),
                results.get("logits").toFloatArray());
        requireFinite(batch.features());
        requireFinite(batch.logits());
        return batch;
    }

    /** From uint8 NHWC to float NCHW: 0 becomes -1, 255 becomes 1. */
    private static Tensor scaled(Tensor pictures) {
        int count = (int) pictures.dim(0);
        int pixels = Math.toIntExact(pictures.dim(1) * pictures.dim(2));
        Tensor x = Tensor.zeros(ElementType.FLOAT32, count, 3, pictures.dim(1), pictures.dim(2));
        FloatBuffer out = x.floats();
        ByteBuffer in = pictures.bytes();
        byte[] picture = new byte[pixels * 3];
        float[] plane = new float[pixels];
        for (int i = 0; i < count; i++) {
            in.get(picture);
            for (int c = 0; c < 3; c++) {
                for (int p = 0; p < pixels; p++) {
                    plane[p] = (picture[p * 3 + c] & 0xff) / 127.5f - 1;
                }
                out.put(plane);
            }
        }
        return x;
    }

    private static void requireFinite(float[] values) {
        for (float v : values) {
            if (!Float.isFinite(v)) {
                throw new UserError("The feature network gave a value that is not a finite number (" + v
                        + "), so no score can be computed; check the network with 'harness run'.");
            }
        }
    }

    @Override
    public void close() {
        session.close();
    }

    /**
     * What the network says of a batch.
     *
     * @param features one vector after the other
     * @param logits one vector after the other
     */
    public record FeatureBatch(int count, float[] features, float[] logits) {}
}
