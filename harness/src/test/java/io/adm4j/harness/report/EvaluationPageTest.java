package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.result.Evaluation;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EvaluationPageTest {
    @Test
    void showsFiguresWithIntervalsDefinitionsAndWarnings() {
        String page = page(Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6)));

        assertTrue(page.contains("Evaluation of samples.npz"));
        assertTrue(page.contains("<p class=\"figure\">20.000</p>"));
        assertTrue(page.contains("19.000 to 22.000"));
        assertTrue(page.contains("0.001000 standard error"));
        assertTrue(page.contains("What FID means on 12 features."));
        assertTrue(page.contains("FID from 70 images says little."));
        assertTrue(page.contains(Evaluations.NETWORK) && page.contains(Evaluations.REFERENCE));
        assertTrue(page.contains(Evaluations.SAMPLES));
        assertFalse(page.contains("<svg"), "one result makes no curve");
    }

    @Test
    void needsNothingElse() {
        for (Evaluation report :
                List.of(Evaluations.sweep(0, 1), Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6)))) {
            String page = page(report);
            assertFalse(page.matches("(?s).*(src|href)=\"(?!data:).*"), "the page refers to other files");
            assertFalse(page.contains("@import") || page.contains("url("), "the style sheet refers to other files");
            assertTrue(page.contains("default-src 'none'"));
            assertTrue(page.contains("prefers-color-scheme: dark"));
        }
    }

    @Test
    void showsSamplesBesideTheirNearestReferenceImages() {
        String page = page(Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6)));

        // 64 of 70 samples, then three of them again with two neighbours each.
        assertEquals(64 + 3 * 3, count(page, "data:image/png"));
        assertTrue(page.contains("The first 64 of 70, not picked by hand."));
        assertTrue(page.contains("<figcaption>1.50</figcaption>") && page.contains("<figcaption>22.3</figcaption>"));
        assertTrue(page.contains("class=\"images small\""));
    }

    @Test
    void showsFewerLargeImages() {
        Result result = new Result(
                Optional.empty(),
                new ImageSet("large.npz", 64, 512, Optional.empty()),
                Evaluations.scores(Evaluations.figures(20, 0.7, 0.6)),
                1,
                Optional.of(new Gallery(Evaluations.images(16, 512, 1), List.of(), List.of())));

        String page = page(Evaluations.report(Optional.empty(), List.of(result)));

        assertEquals(11, count(page, "data:image/png"));
        assertFalse(page.contains("Nearest reference images"));
    }

    @Test
    void drawsCurvesOverTheClassifierScale() {
        String page = page(Evaluations.sweep(4, 0, 1));

        assertTrue(page.contains("Over the classifier scale"));
        // Four metrics and the trade-off.
        assertEquals(5, count(page, "<svg"));
        assertTrue(page.contains("aria-label=\"Precision over Recall\""));
        assertTrue(page.contains("FID 24 (95% 23 to 26) at classifier scale 4"), "a dot tells its interval");
        assertEquals(3, count(page, "<figcaption>scale "));
        assertTrue(Pattern.compile("<td class=\"best\">20.000").matcher(page).find(), "lowest FID is best");
        assertTrue(Pattern.compile("<td class=\"best\">0.7800").matcher(page).find(), "highest precision is best");
        assertTrue(page.contains("Bag") && page.contains("Ankle boot"));
    }

    @Test
    void drawsCurvesOverStepsAndOneForEachOfTheRest() {
        String steps = page(
                results(Evaluations.point("10", 1), Evaluations.point("ddim50", 1), Evaluations.point("10,15", 1)));
        assertTrue(steps.contains("Over the number of steps"));
        assertTrue(steps.contains("FID 20 (95% 19 to 22) at number of steps 50"));

        String both = page(results(
                Evaluations.point("10", 0),
                Evaluations.point("10", 1),
                Evaluations.point("25", 0),
                Evaluations.point("25", 1)));
        assertTrue(both.contains(">10 steps</text>") && both.contains(">25 steps</text>"));
        assertFalse(both.contains("Precision over Recall"));
    }

    @Test
    void twoFilesMakeATableWithoutCurves() {
        Result one =
                Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6)).results().get(0);
        Result two = new Result(
                Optional.empty(),
                new ImageSet("other.npz", 70, 8, Optional.empty()),
                one.scores(),
                1,
                Optional.empty());

        String page = page(Evaluations.report(Optional.empty(), List.of(one, two)));

        assertTrue(page.contains("<table class=\"sweep\">"));
        assertFalse(page.contains("<svg"));
        assertTrue(page.contains("2 sets of 70 samples"));
    }

    @Test
    void tellsARegressionAtOnce() {
        Evaluation report = Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6));

        String bad = EvaluationPage.of(report, Optional.of(ReportWriterTest.compared(report, 3)));
        assertTrue(bad.indexOf("class=\"banner bad\"") < bad.indexOf("<h2>"));
        assertTrue(bad.contains("FID from 17.000 to 20.000 (+3.000, allowed +0.500)"));
        assertTrue(bad.contains("<p class=\"change bad\" title=\"baseline 17.000\">+3.000 regression</p>"));

        String good = EvaluationPage.of(report, Optional.of(ReportWriterTest.compared(report, -3)));
        assertTrue(good.contains("class=\"banner good\""));
        assertFalse(good.contains("class=\"bad\"") || good.contains("change bad"), "nothing regressed");
    }

    @Test
    void escapesWhatItIsGiven() {
        String evil = "<script>alert(1)</script>";
        Result result = new Result(
                Optional.empty(),
                new ImageSet(evil, 70, 8, Optional.empty()),
                Evaluations.scores(Map.of(Metric.FID, 20.0)),
                1,
                Optional.of(Evaluations.gallery(4, 8)));
        Model model = new Model(evil, evil, "d".repeat(64), List.of(evil, evil));

        String page = page(Evaluations.report(Optional.of(model), List.of(result)));

        assertFalse(page.contains(evil));
    }

    private static Evaluation results(SamplingPoint... points) {
        return Evaluations.report(
                Optional.empty(),
                List.of(points).stream()
                        .map(p -> new Result(
                                Optional.of(p),
                                new ImageSet("bundle", 70, 8, Optional.empty()),
                                Evaluations.scores(Evaluations.figures(20, 0.7, 0.6)),
                                1,
                                Optional.empty()))
                        .toList());
    }

    private static String page(Evaluation report) {
        return EvaluationPage.of(report, Optional.empty());
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
