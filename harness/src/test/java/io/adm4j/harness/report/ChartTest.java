package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ChartTest {
    @Test
    void axesEndAtRoundTicks() {
        Axis axis = Axis.around(0.47, 0.661);
        assertEquals(0.45, axis.low(), 1e-12);
        assertEquals(0.7, axis.high(), 1e-12);
        assertEquals(6, axis.ticks().length);
        assertEquals(0.5, Axis.around(0, 1).share(0.5));
    }

    @Test
    void namesOfManyCurvesKeepApart() throws Exception {
        Random random = new Random(5);
        List<LineChart.Series> series = IntStream.range(0, 8)
                .mapToObj(i -> new LineChart.Series(
                        i + " steps", new double[] {0, 1}, new double[] {random.nextDouble(), 0.5 + i * 1e-4}))
                .toList();

        assertApart(new LineChart("FID", "scale", series).svg());
    }

    @Test
    void numbersOfCrowdedPlacesKeepApart() throws Exception {
        double[] places = IntStream.range(0, 60).mapToDouble(i -> i * 0.25).toArray();
        assertApart(new LineChart("FID", "scale", List.of(new LineChart.Series("FID", places, places))).svg());
        double[] uneven = {0, 0.01, 0.02, 10};
        assertApart(new LineChart(
                        "KID", "scale", List.of(new LineChart.Series("KID", uneven, new double[] {1e-5, 2e-5, 1e-5, 3e-5
                        })))
                .svg());
    }

    @Test
    void namesOfCrowdedPointsKeepApart() throws Exception {
        Random random = new Random(6);
        List<TradeOffChart.Point> points = IntStream.range(0, 20)
                .mapToObj(i ->
                        new TradeOffChart.Point(String.valueOf(i * 0.25), random.nextDouble(), random.nextDouble()))
                .toList();
        assertApart(new TradeOffChart("Precision", "Recall", points).svg());

        TradeOffChart same = new TradeOffChart(
                "Precision",
                "Recall",
                List.of(new TradeOffChart.Point("1", 0.5, 0.5), new TradeOffChart.Point("2", 0.5, 0.5)));
        assertApart(same.svg());
        assertFalse(same.svg().contains("NaN"));
    }

    @Test
    void rangesStandAroundTheirDots() throws Exception {
        LineChart.Series series = new LineChart.Series(
                "FID", new double[] {0, 1}, new double[] {5, 6}, new double[] {4, 6}, new double[] {7, 6});
        String svg = new LineChart("FID", "scale", List.of(series)).svg();

        assertEquals(
                3,
                svg.split("class=\"range one\"", -1).length - 1,
                "a bar with two ends, and none for an exact figure");
    }

    /** No two texts may touch, and none may leave the drawing. */
    private static void assertApart(String svg) throws Exception {
        NodeList texts = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getElementsByTagName("text");
        List<double[]> boxes = new ArrayList<>();
        for (int i = 0; i < texts.getLength(); i++) {
            Element text = (Element) texts.item(i);
            double width = text.getTextContent().length() * 6.5;
            double x = Double.parseDouble(text.getAttribute("x"));
            double y = Double.parseDouble(text.getAttribute("y"));
            double left = switch (text.getAttribute("text-anchor")) {
                case "middle" -> x - width / 2;
                case "end" -> x - width;
                default -> x;
            };
            double[] box = {left, y - 9, left + width, y + 3};
            assertTrue(
                    box[0] >= 0 && box[2] <= Svg.WIDTH && box[1] >= 0 && box[3] <= Svg.HEIGHT, text.getTextContent());
            for (double[] other : boxes) {
                assertFalse(
                        box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3],
                        text.getTextContent() + " lies on another text");
            }
            boxes.add(box);
        }
    }
}
