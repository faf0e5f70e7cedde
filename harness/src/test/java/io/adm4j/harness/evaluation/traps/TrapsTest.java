package io.adm4j.harness.evaluation.traps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.ImageSurvey;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.metrics.FrechetBias;
import io.adm4j.harness.evaluation.metrics.FrechetDistance;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.harness.evaluation.result.Scores;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrapsTest {
    private static final int SIZE = 32;
    private static final int CHANNELS = 3;
    private static final int DIMENSION = 6;

    private static MatrixProducts products;

    @BeforeAll
    static void open() {
        products = MatrixProducts.open(1);
    }

    @AfterAll
    static void close() {
        products.close();
    }

    @Test
    void honestSetsAreInNoTrap() {
        byte[][] samples = smooth(120, 1);
        byte[][] reference = smooth(130, 2);

        assertEquals(List.of(), new Traps(products).warnings(sets(set(samples, 10), set(reference, 10), fid(0.5))));
    }

    @Test
    void countsSamplesThatAreImagesOfTheReference() {
        byte[][] reference = smooth(40, 1);
        byte[][] samples = smooth(40, 2);
        samples[3] = reference[7];
        samples[9] = reference[8];

        assertEquals(
                Optional.of("2 of 40 samples (5.0 %) are images of the reference, pixel for pixel."),
                new ReferenceAsSamples().warning(sets(set(samples, 10), set(reference, 10), fid(1))));
        assertEquals(
                Optional.empty(),
                new ReferenceAsSamples().warning(sets(set(smooth(40, 2), 10), set(reference, 10), fid(1))));
    }

    @Test
    void saysThatTheStatisticsOfTheReferenceAreOfOtherImages() {
        byte[][] images = smooth(40, 1);
        ScoredSet own = set(images, 10);
        FeatureMatrix features = own.measured().features().orElseThrow();
        FeatureStatistics others = FeatureStatistics.of(gaussian(500, 9), products);
        MeasuredImages foreign = new MeasuredImages(
                40, Optional.of(features), others, Optional.empty(), Optional.empty(), Optional.empty());

        String proven = warning(own, own, foreign);
        String unknown = warning(own, own, MeasuredImages.ofStatistics(ofCount(others, 0), Optional.empty()));
        String counted = warning(own, own, MeasuredImages.ofStatistics(ofCount(others, 500), Optional.empty()));
        String same = warning(own, own, MeasuredImages.ofStatistics(ofCount(others, 40), Optional.empty()));

        String begin = "40 of 40 samples (100.0 %) are images of the reference, pixel for pixel";
        String compared = "; FID compares them with the statistics in the reference file, which ";
        assertEquals(begin + compared + "are of other images, so that its own images do not have FID 0.", proven);
        assertEquals(
                begin + compared + "may be of more images than it holds, so that its own images need not have FID 0.",
                unknown);
        assertEquals(begin + compared + "are of 500 images, so that its own 40 do not have FID 0.", counted);
        assertEquals(begin + ".", same);
    }

    private static String warning(ScoredSet samples, ScoredSet reference, MeasuredImages measured) {
        ScoredSet other = new ScoredSet(reference.images(), measured, reference.survey(), Optional.empty());
        return new ReferenceAsSamples().warning(sets(samples, other, fid(132))).orElseThrow();
    }

    private static FeatureStatistics ofCount(FeatureStatistics statistics, long count) {
        return new FeatureStatistics(count, statistics.mean(), statistics.covariance());
    }

    @Test
    void countsRepeatedImages() {
        byte[][] samples = smooth(50, 1);
        samples[4] = samples[40].clone();
        byte[][] reference = smooth(100, 2);
        reference[1] = reference[0];

        assertEquals(
                Optional.of("1 of 50 samples (2.0 %) repeats an earlier one, pixel for pixel, as happens where seeds"
                        + " repeat: fewer samples were scored than it seems."),
                new RepeatedImages().warning(sets(set(samples, 10), set(reference, 10), fid(1))),
                "one in a hundred is usual among real images");
        reference[2] = reference[0];
        String both = new RepeatedImages()
                .warning(sets(set(samples, 10), set(reference, 10), fid(1)))
                .orElseThrow();
        assertTrue(both.contains("; 2 of 100 reference images (2.0 %) repeat an earlier one"), both);
    }

    @Test
    void allEqualImagesHaveAnotherWarning() {
        byte[][] samples = smooth(5, 1);
        Arrays.fill(samples, samples[0]);

        assertEquals(
                Optional.empty(), new RepeatedImages().warning(sets(set(samples, 3), set(smooth(5, 2), 3), fid(1))));
    }

    @Test
    void estimatesWhatFewSamplesAddToFid() {
        FeatureStatistics reference = FeatureStatistics.of(gaussian(20_000, 1), products);
        FeatureMatrix features = gaussian(400, 2);
        ScoredSet samples = measured(features);
        double value = FrechetDistance.between(reference, FeatureStatistics.of(features, products), products)
                .value();
        ScoredSet real = new ScoredSet(
                new ImageSet("real", 0, 0, Optional.empty()),
                MeasuredImages.ofStatistics(reference, Optional.empty()),
                Optional.empty(),
                Optional.empty());

        String said = new FewSamples(products)
                .warning(sets(samples, real, fid(value)))
                .orElseThrow();
        String withInfinity = new FewSamples(products)
                .warning(sets(
                        samples,
                        real,
                        scores(Score.of(Metric.FID, value, ""), Score.of(Metric.FID_INFINITY, 0.0123, ""))))
                .orElseThrow();

        // tr S / N and half as much or more again from the covariance: 6 / 400 + 21 / 800 / 2.
        double bias = FrechetBias.of(reference, features, value, products);
        assertEquals(0.028, bias, 0.014);
        assertTrue(said.startsWith("FID of 400 samples is about 0.0"), said);
        assertTrue(said.endsWith("or take FID infinity (--metrics published,fid_infinity)."), said);
        assertTrue(withInfinity.endsWith("or take FID infinity, which is 0.0123 here."), withInfinity);
        assertEquals(
                Optional.empty(),
                new FewSamples(products).warning(sets(samples, real, fid(100 * bias))),
                "too little to mislead");
        assertEquals(
                Optional.empty(),
                new FewSamples(products).warning(sets(samples, samples, fid(0))),
                "the same images on both sides");
        assertEquals(
                Optional.empty(),
                new FewSamples(products).warning(sets(measured(gaussian(5, 2)), real, fid(1))),
                "the lack of rank has a warning");
    }

    @Test
    void namesOtherSizes() {
        ScoredSet small = set(smooth(4, 1), 2);
        ScoredSet large = new ScoredSet(
                new ImageSet("large", 4, 64, Optional.empty()), small.measured(), small.survey(), Optional.empty());

        assertEquals(
                Optional.of("The samples are 32x32 and the reference images 64x64: the scores measure the difference in"
                        + " sharpness too. Bring both to one size to compare with scores of others."),
                new OtherSize().warning(sets(small, large, fid(1))));
        assertEquals(Optional.empty(), new OtherSize().warning(sets(small, small, fid(1))));
    }

    @Test
    void namesGraySamplesAgainstColor() {
        byte[][] color = smooth(20, 1);
        byte[][] gray = smooth(20, 2);
        for (int i = 0; i < 15; i++) {
            for (int at = 0; at < gray[i].length; at++) {
                gray[i][at] = gray[i][at - at % CHANNELS];
            }
        }

        assertEquals(
                Optional.of(
                        "Of the samples 75.0 % are gray, of the reference images 0.0 %: the scores measure the lack of"
                                + " color more than anything else."),
                new GraySamples().warning(sets(set(gray, 2), set(color, 2), fid(1))));
        assertEquals(Optional.empty(), new GraySamples().warning(sets(set(gray, 2), set(gray, 2), fid(1))));
    }

    @Test
    void seesTheBlocksOfJpegButNotThoseThatBothSetsHave() throws IOException {
        byte[][] reference = smooth(150, 1);
        byte[][] compressed = jpeg(smooth(150, 2), 0.6f);

        String said = new BlockEdges()
                .warning(sets(set(compressed, 2), set(reference, 2), fid(1)))
                .orElseThrow();

        assertTrue(said.startsWith("The samples have edges every 8 pixels, as JPEG compression leaves them"), said);
        assertEquals(
                Optional.empty(),
                new BlockEdges().warning(sets(set(compressed, 2), set(jpeg(reference, 0.6f), 2), fid(1))));
        assertEquals(Optional.empty(), new BlockEdges().warning(sets(set(reference, 2), set(compressed, 2), fid(1))));
    }

    @Test
    void namesTheClassesThatAreTooManyAndTooFew() {
        int[] even = IntStream.range(0, 1000).map(i -> i % 10).toArray();
        int[] uneven = IntStream.range(0, 1000)
                .map(i -> i < 250 ? 3 : i % 9 >= 3 ? i % 9 + 1 : i % 9)
                .toArray();
        int[] random = new Random(5).ints(1000, 0, 10).toArray();

        assertEquals(
                Optional.of("The samples hold the classes in other shares than the reference: class 3 is 25.0 % of the"
                        + " samples and 10.0 % of the reference, class 1 is 8.3 % of the samples and 10.0 % of the"
                        + " reference. For 15.0 % of the samples the scores measure that choice, not their quality."),
                new ClassImbalance().warning(sets(labeled(uneven), labeled(even), fid(1))));
        assertEquals(Optional.empty(), new ClassImbalance().warning(sets(labeled(random), labeled(even), fid(1))));
    }

    private static ScoredSets sets(ScoredSet samples, ScoredSet reference, Scores scores) {
        return new ScoredSets(samples, reference, scores, label -> "class " + label);
    }

    private static Scores fid(double value) {
        return scores(Score.of(Metric.FID, value, ""));
    }

    private static Scores scores(Score... scores) {
        return new Scores(List.of(scores), List.of(), List.of(), 10, 10, DIMENSION);
    }

    private static ScoredSet labeled(int... labels) {
        ScoredSet some = measured(gaussian(8, 1));
        return new ScoredSet(some.images(), some.measured(), Optional.empty(), Optional.of(labels));
    }

    private static ScoredSet measured(FeatureMatrix features) {
        return new ScoredSet(
                new ImageSet("samples", features.rows(), SIZE, Optional.empty()),
                new MeasuredImages(
                        features.rows(),
                        Optional.of(features),
                        FeatureStatistics.of(features, products),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                Optional.empty(),
                Optional.empty());
    }

    /** @param seed of features that are none of the images' */
    private static ScoredSet set(byte[][] images, long seed) {
        ScoredSet some = measured(gaussian(images.length, seed));
        ImageSurvey survey = new ImageSurvey();
        for (int from = 0; from < images.length; from += 7) {
            byte[][] batch = Arrays.copyOfRange(images, from, Math.min(images.length, from + 7));
            byte[] values = new byte[batch.length * batch[0].length];
            for (int i = 0; i < batch.length; i++) {
                System.arraycopy(batch[i], 0, values, i * batch[i].length, batch[i].length);
            }
            survey.add(Tensor.of(values, batch.length, SIZE, SIZE, CHANNELS));
        }
        return new ScoredSet(some.images(), some.measured(), Optional.of(survey), Optional.empty());
    }

    /** Waves of several lengths in random directions, one set of them for each channel. */
    private static byte[][] smooth(int count, long seed) {
        Random random = new Random(seed);
        byte[][] images = new byte[count][SIZE * SIZE * CHANNELS];
        for (byte[] image : images) {
            for (int c = 0; c < CHANNELS; c++) {
                double[][] waves = new double[6][];
                for (int w = 0; w < waves.length; w++) {
                    double length = 3 + 4 * w;
                    double angle = random.nextDouble() * 2 * Math.PI;
                    waves[w] = new double[] {
                        Math.cos(angle) * 2 * Math.PI / length,
                        Math.sin(angle) * 2 * Math.PI / length,
                        random.nextDouble() * 2 * Math.PI
                    };
                }
                for (int y = 0; y < SIZE; y++) {
                    for (int x = 0; x < SIZE; x++) {
                        double value = 128;
                        for (double[] wave : waves) {
                            value += 18 * Math.sin(wave[0] * x + wave[1] * y + wave[2]);
                        }
                        image[(y * SIZE + x) * CHANNELS + c] = (byte) Math.max(0, Math.min(255, Math.round(value)));
                    }
                }
            }
        }
        return images;
    }

    private static byte[][] jpeg(byte[][] images, float quality) throws IOException {
        byte[][] result = new byte[images.length][];
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam how = writer.getDefaultWriteParam();
        how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        how.setCompressionQuality(quality);
        for (int i = 0; i < images.length; i++) {
            BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_3BYTE_BGR);
            image.getRaster().setDataElements(0, 0, SIZE, SIZE, images[i]);
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            writer.setOutput(ImageIO.createImageOutputStream(file));
            writer.write(null, new IIOImage(image, null, null), how);
            writer.reset();
            BufferedImage read = ImageIO.read(new ByteArrayInputStream(file.toByteArray()));
            result[i] = (byte[]) read.getRaster().getDataElements(0, 0, SIZE, SIZE, null);
        }
        writer.dispose();
        return result;
    }

    private static FeatureMatrix gaussian(int rows, long seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * DIMENSION];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        FeatureMatrix matrix = new FeatureMatrix(DIMENSION);
        matrix.add(values);
        return matrix;
    }
}
