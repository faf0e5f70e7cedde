package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.harness.evaluation.features.RandomImages;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples nearest to the reference and farthest from it in the reports of eval. */
class EvalRankingTest {
    private static final int SIZE = 6;
    private static final int SAMPLES = 40;
    private static final int REFERENCE = 60;

    @TempDir
    Path folder;

    private Path samples;
    private Path reference;
    private Path network;
    private Path report;

    @BeforeEach
    void write() throws IOException {
        report = folder.resolve("report");
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        samples = RandomImages.write(folder.resolve("samples.npz"), SAMPLES, SIZE, 2, 256);
        reference = RandomImages.write(folder.resolve("reference.npz"), REFERENCE, SIZE, 1, 256);
    }

    @Test
    void ranksSamplesByTheDistanceOfTheirFeaturesToTheNearestReferenceImage() throws IOException {
        JsonNode found = evaluate(samples, "--reference", reference).at("/results/0/referenceDistances");

        double[][] own = columnMeans(samples);
        double[][] real = columnMeans(reference);
        int[] nearest = new int[SAMPLES];
        double[] distance = new double[SAMPLES];
        for (int s = 0; s < SAMPLES; s++) {
            double[] sample = own[s];
            nearest[s] = IntStream.range(0, REFERENCE)
                    .boxed()
                    .min(Comparator.comparingDouble(r -> distance(sample, real[r])))
                    .orElseThrow();
            distance[s] = distance(sample, real[nearest[s]]);
        }
        int[] order = IntStream.range(0, SAMPLES)
                .boxed()
                .sorted(Comparator.comparingDouble(s -> distance[s]))
                .mapToInt(s -> s)
                .toArray();
        assertEquals(8, found.get("nearest").size());
        assertEquals(8, found.get("farthest").size());
        for (int place = 0; place < 8; place++) {
            assertSample(found.get("nearest").get(place), order[place], nearest, distance);
            assertSample(found.get("farthest").get(place), order[SAMPLES - 1 - place], nearest, distance);
        }
        double[] sorted = distance.clone();
        Arrays.sort(sorted);
        double unit = found.at("/nearest/0/distance").doubleValue() / distance[order[0]];
        assertEquals(
                (sorted[SAMPLES / 2 - 1] + sorted[SAMPLES / 2]) / 2 * unit,
                found.get("median").doubleValue(),
                1e-6);

        List<Element> pairs =
                Jsoup.parse(Files.readString(report.resolve("report.html"))).select(".ranks .pair");
        assertEquals(16, pairs.size());
        assertEquals(
                "sample " + order[0],
                pairs.get(0).selectFirst(".own figcaption").text());
        assertEquals(
                "sample " + order[SAMPLES - 1],
                pairs.get(8).selectFirst(".own figcaption").text());
        assertEquals(
                "Its nearest reference image, " + nearest[order[0]],
                pairs.get(0).select("img").get(1).attr("alt"));
    }

    private static void assertSample(JsonNode found, int sample, int[] nearest, double... distance) {
        assertEquals(sample, found.get("sample").intValue());
        assertEquals(nearest[sample], found.get("reference").intValue());
        assertTrue(found.get("distance").doubleValue() > 0 && distance[sample] > 0);
        assertFalse(found.has("seed"));
        assertFalse(found.has("label"));
    }

    @Test
    void samplesOfAChoiceKeepTheirNumbersInTheSource() throws IOException {
        JsonNode all = evaluate(samples, "--reference", reference).at("/results/0/referenceDistances");
        JsonNode some = evaluate(samples, "--reference", reference, "--samples", 25, "--choice", "random", "--seed", 3)
                .at("/results/0/referenceDistances");

        for (JsonNode one : some.get("nearest")) {
            for (JsonNode other : all.get("nearest")) {
                if (one.get("sample").equals(other.get("sample"))) {
                    assertEquals(other, one);
                }
            }
        }
        assertTrue(
                all.get("nearest").findValuesAsText("sample").stream()
                        .anyMatch(some.get("nearest").findValuesAsText("sample")::contains),
                "of the eight nearest some are in a choice of 25 from 40");
    }

    @Test
    void generatedSamplesAreCalledByTheirSeedsAndClasses() throws IOException {
        Path bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "bag", "boot"));

        JsonNode found = evaluate(
                        "--bundle=" + bundle, "--reference", reference, "--samples", 20, "--steps", 2, "--seed", 500)
                .at("/results/0/referenceDistances/farthest/0");

        assertEquals(500 + found.get("sample").intValue(), found.get("seed").intValue());
        String caption = Jsoup.parse(Files.readString(report.resolve("report.html")))
                .select(".ranks .pair")
                .get(8)
                .selectFirst("figcaption")
                .text();
        assertEquals(
                "seed " + found.get("seed") + ", "
                        + List.of("shirt", "bag", "boot").get(found.get("label").intValue()),
                caption);
    }

    @Test
    void whatHasNoImagesIsCalledByNumbersAndStatisticsAreNotRanked() throws IOException {
        JsonNode ofImages = evaluate(samples, "--reference", reference).at("/results/0/referenceDistances");
        Path own = folder.resolve("samples-features.npz");
        Path real = folder.resolve("reference-features.npz");
        succeeding("features", "--features", network, "--data", samples, "--out", own);
        succeeding("features", "--features", network, "--data", reference, "--out", real);

        JsonNode ofFeatures = evaluate(own, "--reference", reference).at("/results/0/referenceDistances");
        assertEquals(ofImages.get("farthest"), ofFeatures.get("farthest"));
        Element section =
                Jsoup.parse(Files.readString(report.resolve("report.html"))).selectFirst(".ranks");
        assertTrue(section.select("img").isEmpty());
        assertEquals(2, section.select("table").size());
        assertTrue(section.text().contains("Only the features of these samples are known"), section.text());

        assertEquals(ofImages, evaluate(samples, "--reference", real).at("/results/0/referenceDistances"));
        section = Jsoup.parse(Files.readString(report.resolve("report.html"))).selectFirst(".ranks");
        assertEquals(16, section.select("img").size(), "samples alone");
        assertTrue(section.text().contains("Only the features of the reference are known"), section.text());

        Path statistics = folder.resolve("statistics.npz");
        succeeding("reference", "--features", network, "--data", reference, "--pictures", 0, "--out", statistics);
        assertFalse(
                evaluate(samples, "--reference", statistics).at("/results/0").has("referenceDistances"));
        assertTrue(Files.readString(report.resolve("report.html")).contains("only statistics are known"));
    }

    private JsonNode evaluate(Object set, Object... more) throws IOException {
        succeeding(arguments(
                arguments(
                        new Object[] {"eval", set, "--features", network, "--threads", 1, "--out", report, "--force"},
                        "--metrics",
                        "fid"),
                more));
        return new ObjectMapper().readTree(report.resolve("report.json").toFile());
    }

    /** The means over each column of each channel, in the order of the images. */
    private static double[][] columnMeans(Path npz) {
        Map<String, Tensor> arrays = Npz.read(npz);
        byte[] values = arrays.get("arr_0").toByteArray();
        int row = SIZE * 3;
        double[][] means = new double[values.length / (SIZE * row)][row];
        for (int i = 0; i < values.length; i++) {
            means[i / (SIZE * row)][i % row] += (values[i] & 0xff) / (double) SIZE;
        }
        return means;
    }

    private static double distance(double[] a, double... b) {
        return Math.sqrt(IntStream.range(0, a.length)
                .mapToDouble(i -> (a[i] - b[i]) * (a[i] - b[i]))
                .sum());
    }
}
