package io.adm4j.harness.training.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.recipe.TrainingMode;
import io.adm4j.export.training.AdamW;
import io.adm4j.feedback.UserError;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both engines on a small denoiser with attention, resampling and class labels. */
@Tag("training")
class TrainingEngineTest {
    private static final List<Double> RATES = List.of(0.9, 0.99);
    private static final int SIZE = 8;
    private static final TrainingMode AGAIN = new TrainingMode(true, Optional.empty());

    @TempDir
    Path folder;

    @Test
    void enginesTakeTheSameSteps() throws IOException {
        double[][] losses = new double[2][];
        for (EngineKind kind : EngineKind.values()) {
            Path start = start(kind);
            try (TrainingEngine engine = open(kind, start)) {
                losses[kind.ordinal()] = train(engine, 0, 20, 8);
                save(engine, start);
            }
        }
        assertArrayEquals(losses[0], losses[1], 1e-6);
        assertTrue(losses[0][19] < losses[0][0], Arrays.toString(losses[0]));
        SavedWeights ort = SavedWeights.read(folder.resolve("ORT"));
        SavedWeights plain = SavedWeights.read(folder.resolve("PLAIN"));
        assertClose(ort.weights(), plain.weights(), 2e-5f);
        for (double rate : RATES) {
            assertClose(ort.averages(rate), plain.averages(rate), 2e-5f);
        }
    }

    @ParameterizedTest
    @EnumSource
    void microbatchesGiveTheSameGradients(EngineKind kind) throws IOException {
        int[] sizes = {8, 2, 1};
        double[] norms = new double[sizes.length];
        double[] losses = new double[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            try (TrainingEngine engine = open(kind, start(kind))) {
                assertEquals(0, engine.gradientNorm());
                losses[i] = train(engine, 0, 3, sizes[i])[2];
                norms[i] = engine.gradientNorm();
            }
            assertEquals(losses[0], losses[i], 1e-6);
            assertEquals(norms[0], norms[i], 1e-4 * norms[0]);
        }
    }

    @Test
    void sharesOfAMicrobatchMayDifferInSize() throws IOException {
        try (TrainingEngine engine = open(EngineKind.PLAIN, start(EngineKind.PLAIN))) {
            float whole = 0;
            for (int image = 0; image < 3; image++) {
                whole += engine.accumulate(batch(0, image, image + 1, 3))
                        .get("loss")
                        .floats()
                        .get(0);
            }
            engine.update(0);
            double norm = engine.gradientNorm();

            Map<String, Tensor> outputs = engine.accumulate(batch(0, 0, 3, 3));
            engine.update(0);

            assertEquals(whole, outputs.get("loss").floats().get(0), 1e-6);
            assertArrayEquals(new long[] {3}, outputs.get("losses").shape());
            assertEquals(norm, engine.gradientNorm(), 1e-5 * norm);
        }
    }

    @Test
    void stepsAreTheSameToTheBitOnOneAndTwoThreads() throws IOException {
        double[][] losses = new double[2][];
        byte[][] weights = new byte[2][];
        for (int i = 0; i < 2; i++) {
            Path start = start(EngineKind.PLAIN);
            try (TrainingEngine engine = open(EngineKind.PLAIN, start, TrainingMode.standard(), 1 + i)) {
                losses[i] = train(engine, 0, 4, 4);
                save(engine, start);
            }
            weights[i] = bytes(SavedWeights.read(start).weights());
        }
        assertArrayEquals(losses[0], losses[1]);
        assertArrayEquals(weights[0], weights[1]);
    }

    @ParameterizedTest
    @EnumSource
    void normsAreThoseOfTheLastUpdate(EngineKind kind) throws IOException {
        Path start = start(kind);
        try (TrainingEngine engine = open(kind, start)) {
            train(engine, 0, 2, 8);
            save(engine, start);
            double expected = norm(SavedWeights.read(start).weights());

            train(engine, 2, 3, 8);

            assertEquals(expected, engine.parameterNorm(), 1e-5 * expected);
            assertTrue(engine.gradientNorm() > 0);
        }
    }

    @Test
    void blocksThatAreComputedAgainGiveTheSameStepsToTheBit() throws IOException {
        Path kept = start(EngineKind.PLAIN);
        double[] expected;
        try (TrainingEngine engine = open(EngineKind.PLAIN, kept)) {
            expected = train(engine, 0, 20, 4);
            save(engine, kept);
        }
        byte[] weights = bytes(SavedWeights.read(kept).weights());
        Path again = start(EngineKind.PLAIN);
        double[] found = new double[20];
        for (int from = 0; from < 20; from += 10) {
            try (TrainingEngine engine = open(EngineKind.PLAIN, again, AGAIN)) {
                System.arraycopy(train(engine, from, from + 10, 4), 0, found, from, 10);
                save(engine, again);
            }
        }
        assertArrayEquals(expected, found);
        assertArrayEquals(weights, bytes(SavedWeights.read(again).weights()));
    }

    @Test
    void mixedPrecisionStaysNearFloat32() throws IOException {
        double[] expected;
        try (TrainingEngine engine = open(EngineKind.PLAIN, start(EngineKind.PLAIN))) {
            expected = train(engine, 0, 10, 8);
            assertEquals(OptionalDouble.empty(), engine.lgLossScale());
        }
        Path half = start(EngineKind.PLAIN);
        try (TrainingEngine engine = open(EngineKind.PLAIN, half, mixed(12))) {
            double[] found = train(engine, 0, 10, 8);

            assertArrayEquals(expected, found, 5e-3);
            assertFalse(Arrays.equals(expected, found), "float16 rounds");
            assertEquals(12 + 9 * 0.25, engine.lgLossScale().orElseThrow());
        }
    }

    @Test
    void gradientsDoNotDependOnTheLossScale() throws IOException {
        double[] norms = new double[2];
        for (int i = 0; i < 2; i++) {
            try (TrainingEngine engine = open(EngineKind.PLAIN, start(EngineKind.PLAIN), mixed(10 + 2 * i))) {
                train(engine, 0, 1, 4);
                norms[i] = engine.gradientNorm();
            }
        }
        assertEquals(norms[0], norms[1], 1e-3 * norms[0]);
    }

    @Test
    void gradientsThatOverflowFloat16SkipTheStepAndHalveTheScale() throws IOException {
        Path start = start(EngineKind.PLAIN);
        byte[] before = bytes(SavedWeights.read(start).weights());
        try (PlainEngine engine = (PlainEngine) open(EngineKind.PLAIN, start, mixed(40))) {
            train(engine, 0, 1, 8);

            assertTrue(Double.isNaN(engine.gradientNorm()) && Double.isNaN(engine.parameterNorm()));
            assertEquals(0, norm(engine.gradients()));
            assertEquals(40, engine.lgLossScale().orElseThrow());
            train(engine, 1, 2, 8);
            assertEquals(39, engine.lgLossScale().orElseThrow());
            save(engine, start);
        }
        assertArrayEquals(before, bytes(SavedWeights.read(start).weights()));
        assertArrayEquals(before, bytes(SavedWeights.read(start).averages(0.9)));
        try (TrainingEngine engine = open(EngineKind.PLAIN, start, mixed(12))) {
            assertEquals(38, engine.lgLossScale().orElseThrow(), "that of the checkpoint");
        }
    }

    @Test
    void mixedPrecisionResumesToTheBitWithItsScale() throws IOException {
        // Of the first steps some are skipped, until the scale fits.
        TrainingMode mode = new TrainingMode(true, Optional.of(new TrainingMode.LossScaling(24, 0.25)));
        Path whole = start(EngineKind.PLAIN);
        double[] expected;
        double scale;
        try (TrainingEngine engine = open(EngineKind.PLAIN, whole, mode)) {
            expected = train(engine, 0, 12, 4);
            scale = engine.lgLossScale().orElseThrow();
            save(engine, whole);
        }
        assertTrue(scale < 24, "some steps were skipped: " + scale);
        byte[] weights = bytes(SavedWeights.read(whole).weights());
        byte[] averages = bytes(SavedWeights.read(whole).averages(0.99));
        Path parts = start(EngineKind.PLAIN);
        double[] found = new double[12];
        for (int from = 0; from < 12; from += 6) {
            try (TrainingEngine engine = open(EngineKind.PLAIN, parts, mode)) {
                System.arraycopy(train(engine, from, from + 6, 4), 0, found, from, 6);
                assertTrue(from == 0 || scale == engine.lgLossScale().orElseThrow());
                save(engine, parts);
            }
        }
        assertArrayEquals(expected, found);
        assertTrue(found[11] < found[0], Arrays.toString(found));
        assertArrayEquals(weights, bytes(SavedWeights.read(parts).weights()));
        assertArrayEquals(averages, bytes(SavedWeights.read(parts).averages(0.99)));
    }

    private static TrainingMode mixed(double firstScale) {
        return new TrainingMode(false, Optional.of(new TrainingMode.LossScaling(firstScale, 0.25)));
    }

    @Test
    void gradientsAreAccessibleUntilTheUpdate() throws IOException {
        try (PlainEngine engine = (PlainEngine) open(EngineKind.PLAIN, start(EngineKind.PLAIN))) {
            engine.accumulate(batch(0, 0, 8, 8));
            double expected = norm(engine.gradients());
            engine.update(1e-3);

            assertEquals(expected, engine.gradientNorm(), 1e-5 * expected);
            assertEquals(0, norm(engine.gradients()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResumedEngineTakesTheSameStepsToTheBit(EngineKind kind) throws IOException {
        Path whole = start(kind);
        double[] expected;
        try (TrainingEngine engine = open(kind, whole)) {
            expected = train(engine, 0, 6, 4);
            save(engine, whole);
        }
        SavedWeights of = SavedWeights.read(whole);
        byte[][] bytes = {bytes(of.weights()), bytes(of.averages(0.9)), bytes(of.averages(0.99))};
        Path parts = start(kind);
        double[] found = new double[6];
        for (int from = 0; from < 6; from += 3) {
            try (TrainingEngine engine = open(kind, parts)) {
                System.arraycopy(train(engine, from, from + 3, 4), 0, found, from, 3);
                save(engine, parts);
            }
        }
        assertArrayEquals(expected, found);
        of = SavedWeights.read(parts);
        assertArrayEquals(bytes[0], bytes(of.weights()));
        assertArrayEquals(bytes[1], bytes(of.averages(0.9)));
        assertArrayEquals(bytes[2], bytes(of.averages(0.99)));
    }

    @ParameterizedTest
    @EnumSource
    void weightsThatAreNotFiniteAreNamedBeforeTheyAreKept(EngineKind kind) throws IOException {
        Path start = start(kind);
        try (TrainingEngine engine = open(kind, start)) {
            engine.accumulate(batch(0, 0, 8, 8));
            engine.update(Double.POSITIVE_INFINITY);

            assertTrue(engine.save(start).isPresent());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFirstCheckpointHasAveragesOfAllRates(EngineKind kind) throws IOException {
        SavedWeights first = SavedWeights.read(start(kind));

        assertArrayEquals(bytes(first.weights()), bytes(first.averages(0.99)));
        assertEquals(64, first.sha256().length());
    }

    @Test
    void damagedFilesAreNamed() throws IOException {
        Path start = start(EngineKind.PLAIN);
        Path file = start.resolve("weights.bin");
        byte[] bytes = Files.readAllBytes(file);

        bytes[1000] ^= 1;
        Files.write(file, bytes);
        assertDamaged(file + " is damaged (its checksum is another", start);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 4));
        assertDamaged(file + " is damaged (it has " + (bytes.length - 4) + " bytes", start);
        Files.delete(file);
        assertDamaged(file + " could not be read", start);
        Files.writeString(start.resolve("weights.json"), "{");
        assertDamaged(start.resolve("weights.json") + " is damaged (it cannot be parsed", start);
        Files.delete(start.resolve("weights.json"));
        assertDamaged("The checkpoint " + start + " is damaged: it has no weights.", start);
    }

    private static void assertDamaged(String message, Path checkpoint) {
        UserError e = assertThrows(
                UserError.class, () -> SavedWeights.read(checkpoint).weights());
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    @Test
    void onlyTheTrainingApiHasALimit() {
        List<Double> many = Collections.nCopies(100_000, 0.5);

        EngineKind.PLAIN.requireCapacity(graph(), many);
        UserError e = assertThrows(UserError.class, () -> EngineKind.ORT.requireCapacity(graph(), many));

        assertTrue(e.getMessage().endsWith("use --engine plain."), e.getMessage());
    }

    @Test
    void theTrainingApiHasNoOtherModes() {
        for (TrainingMode mode : List.of(AGAIN, mixed(20))) {
            TrainingGraph other = graph(mode);

            EngineKind.PLAIN.requireCapacity(other, RATES);
            UserError e = assertThrows(UserError.class, () -> EngineKind.ORT.requireCapacity(other, RATES));

            assertTrue(e.getMessage().endsWith("use --engine plain."), e.getMessage());
        }
    }

    private Path start(EngineKind kind) throws IOException {
        Path checkpoint = Files.createDirectories(folder.resolve(kind.name()));
        kind.start(checkpoint, weights(), RATES);
        return checkpoint;
    }

    /** No zeros, so that all gradients are of a size that rounding does not decide. */
    private static Map<String, Tensor> weights() {
        Map<String, Tensor> weights = InitialWeights.of(graph().graph().parameters(), 1);
        Random random = new Random(2);
        weights.forEach((name, w) -> {
            FloatBuffer values = w.floats();
            for (int i = 0; i < values.limit(); i++) {
                values.put(i, values.get(i) + 0.02f * (float) random.nextGaussian());
            }
        });
        return weights;
    }

    private TrainingEngine open(EngineKind kind, Path checkpoint) {
        return open(kind, checkpoint, TrainingMode.standard());
    }

    private TrainingEngine open(EngineKind kind, Path checkpoint, TrainingMode mode) {
        return open(kind, checkpoint, mode, 2);
    }

    private TrainingEngine open(EngineKind kind, Path checkpoint, TrainingMode mode, int threads) {
        AdamW adam = new AdamW(0.9, 0.999, 1e-4, 0.1);
        return kind.open(
                graph(mode),
                checkpoint,
                folder.resolve("graphs"),
                new EngineSettings(adam, RATES, Device.CPU, threads));
    }

    private static TrainingGraph graph() {
        return graph(TrainingMode.standard());
    }

    private static TrainingGraph graph(TrainingMode mode) {
        ObjectNode flags = new ObjectMapper().createObjectNode();
        flags.put("image_size", SIZE)
                .put("num_channels", 32)
                .put("num_res_blocks", 1)
                .put("channel_mult", "1,2")
                .put("attention_resolutions", "4")
                .put("num_head_channels", 16)
                .put("learn_sigma", true)
                .put("resblock_updown", true)
                .put("use_scale_shift_norm", true)
                .put("class_cond", true)
                .put("num_classes", 3)
                .put("diffusion_steps", 100)
                .put("noise_schedule", "cosine");
        DiffusionConfig diffusion = DiffusionConfig.fromJson(flags);
        return TrainingGraph.ofDenoiser(
                UNetConfig.fromFlags(flags),
                new DiffusionLoss(new GaussianDiffusion(diffusion), DiffusionLoss.typeOf(diffusion)),
                mode);
    }

    /** @return the loss of each step */
    private static double[] train(TrainingEngine engine, int from, int to, int microbatch) {
        double[] losses = new double[to - from];
        for (int step = from; step < to; step++) {
            for (int image = 0; image < 8; image += microbatch) {
                Map<String, Tensor> outputs = engine.accumulate(batch(step % 2, image, image + microbatch, 8));
                losses[step - from] += outputs.get("loss").floats().get(0);
            }
            engine.update(1e-3);
        }
        return losses;
    }

    /** Images of a batch, whose loss counts by their share of it. */
    private static Map<String, Tensor> batch(long seed, int from, int to, int size) {
        Random random = new Random(seed);
        Map<String, Tensor> batch = new LinkedHashMap<>();
        batch.put("x_start", images(random, size).rows(from, to));
        batch.put("noise", images(random, size).rows(from, to));
        batch.put("t", whole(random, 100, size).rows(from, to));
        batch.put("y", whole(random, 3, size).rows(from, to));
        float[] weights = new float[to - from];
        Arrays.fill(weights, (float) weights.length / size);
        batch.put("loss_weight", Tensor.of(weights, weights.length));
        return batch;
    }

    private static Tensor images(Random random, int size) {
        Tensor images = Tensor.zeros(ElementType.FLOAT32, size, 3, SIZE, SIZE);
        FloatBuffer values = images.floats();
        while (values.hasRemaining()) {
            values.put((float) random.nextGaussian());
        }
        return images;
    }

    private static Tensor whole(Random random, int bound, int size) {
        return Tensor.of(random.longs(size, 0, bound).toArray(), size);
    }

    private static void save(TrainingEngine engine, Path checkpoint) {
        assertEquals(Optional.empty(), engine.save(checkpoint));
    }

    private static double norm(Map<String, Tensor> arrays) {
        double sum = 0;
        for (Tensor array : arrays.values()) {
            for (float v : array.toFloatArray()) {
                sum += (double) v * v;
            }
        }
        return Math.sqrt(sum);
    }

    private static byte[] bytes(Map<String, Tensor> arrays) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Tensor array : arrays.values()) {
            out.write(array.toByteArray());
        }
        return out.toByteArray();
    }

    private static void assertClose(Map<String, Tensor> expected, Map<String, Tensor> found, float tolerance) {
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, array) ->
                assertArrayEquals(array.toFloatArray(), found.get(name).toFloatArray(), tolerance, name));
    }
}
