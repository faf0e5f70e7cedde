package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.select.Elements;
import org.junit.jupiter.api.Test;

class EvaluationPageTest {
    @Test
    void showsScoresWithIntervalsDefinitionsAndWarnings() {
        Document page = page(Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6)));

        assertEquals("Evaluation of samples.npz", page.title());
        Element fid = card(page, "FID");
        assertEquals("20.000", fid.selectFirst(".figure").text());
        assertEquals("95% 19.000 to 22.000", fid.selectFirst(".spread").text());
        assertEquals("What FID means on 12 features.", fid.selectFirst(".note").text());
        assertEquals("lower is better", fid.selectFirst("h3 span").attr("title"));
        assertEquals(
                "\u00b1 0.001000 standard error",
                card(page, "KID").selectFirst(".spread").text());
        assertEquals(
                "higher is better", card(page, "Recall").selectFirst("h3 span").attr("title"));
        assertTrue(card(page, "Recall").select(".spread").isEmpty());
        assertEquals(
                List.of("FID from 70 images says little."),
                page.select(".banner.warn li").eachText());
        Map<String, String> facts = HtmlPages.facts(page, "What the figures rest on");
        assertEquals(Evaluations.NETWORK, facts.get("Feature network's SHA-256"));
        assertEquals(Evaluations.REFERENCE, facts.get("Reference's SHA-256"));
        assertEquals("3", facts.get("Neighbors (k)"));
        assertEquals(
                Evaluations.SAMPLES,
                HtmlPages.facts(page, "How the samples were made").get("SHA-256 of the samples"));
        assertTrue(page.select("svg").isEmpty(), "one result makes no curve");
    }

    @Test
    void needsNothingElse() {
        for (EvaluationReport evaluation :
                List.of(Evaluations.sweep(0, 1), Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6)))) {
            HtmlPages.requireSelfContained(page(evaluation));
        }
    }

    @Test
    void showsSamplesBesideTheirNearestReferenceImages() {
        Document page = page(Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6)));

        assertEquals(
                "The first 64 of 70, not picked by hand.",
                below(page, "Samples").text());
        assertEquals(64, page.select(".images.small img").size());
        assertEquals(3, page.select(".neighbors .near").size());
        for (int i = 0; i < 3; i++) {
            Element row = page.select(".neighbors .near").get(i);
            assertEquals("Sample " + (i + 1), row.selectFirst(".own img").attr("alt"));
            assertEquals(
                    List.of(i + 1 + ".50", "22.3"),
                    row.select("figure:not(.own) figcaption").eachText());
            assertEquals(
                    List.of("Reference image 1", "Reference image 2"),
                    row.select("figure:not(.own) img").eachAttr("alt"));
            assertEquals(
                    page.select(".images img").get(i).attr("src"),
                    row.selectFirst(".own img").attr("src"));
        }
    }

    @Test
    void showsTheSamplesNearestToTheReferenceAndFarthestFromIt() {
        Document page = page(Evaluations.compared());

        Elements sets = page.select("section.ranks");
        assertEquals(2, sets.size());
        Element set = sets.get(1);
        assertEquals(List.of("Nearest", "Farthest"), set.select("h4").eachText());
        assertTrue(set.text().contains("What the distance is. Median: 5.25."), set.text());
        assertEquals(16, set.select(".pair").size());
        assertEquals(
                List.of("seed 1, class 1", "10.5"),
                set.select(".pair").get(9).select("figcaption").eachText());
        assertEquals(
                "Its nearest reference image, 51",
                set.select(".pair").get(9).select("img").get(1).attr("alt"));
    }

    @Test
    void saysWhereOnlyStatisticsAreKnown() {
        Document page = page(Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6)));

        assertTrue(below(page, "Nearest to the reference and farthest from it")
                .text()
                .contains("only statistics are known"));
    }

    @Test
    void showsFewerOfTheNearestAndFarthestIfTheyAreLarge() {
        Result result = new Result(
                        Optional.empty(),
                        new ImageSet("large.npz", 64, 512, Optional.empty()),
                        Evaluations.scores(Evaluations.figures(20, 0.7, 0.6)),
                        1,
                        Optional.empty())
                .withDistances(Optional.of(Evaluations.distances(512, OptionalLong.empty())));

        Document page = page(Evaluations.report(Optional.empty(), List.of(result)));

        assertEquals(8, page.select(".ranks .pair").size());
        assertEquals(
                "sample 48, class 0",
                page.select(".ranks .pair").get(4).selectFirst("figcaption").text());
    }

    @Test
    void showsFewerLargeImages() {
        Result result = new Result(
                Optional.empty(),
                new ImageSet("large.npz", 64, 512, Optional.empty()),
                Evaluations.scores(Evaluations.figures(20, 0.7, 0.6)),
                1,
                Optional.of(new Gallery(Evaluations.images(16, 512, 1), List.of(), List.of())));

        Document page = page(Evaluations.report(Optional.empty(), List.of(result)));

        assertEquals(11, page.select("img").size());
        assertTrue(page.select(".small").isEmpty());
        assertTrue(!HtmlPages.headings(page).contains("Nearest reference images"));
    }

    @Test
    void drawsCurvesOverTheClassifierScale() {
        Document page = page(Evaluations.sweep(4, 0, 1));

        assertTrue(HtmlPages.headings(page).contains("Over the classifier scale"));
        assertEquals(
                List.of(
                        "Precision over Recall",
                        "FID over classifier scale",
                        "KID over classifier scale",
                        "Precision over classifier scale",
                        "Recall over classifier scale"),
                page.select("svg").eachAttr("aria-label"));
        assertTrue(
                page.select("svg circle title").eachText().contains("FID 24 (95% 23 to 26) at classifier scale 4"),
                "a dot shows its interval");
        assertEquals(
                List.of("scale 4", "scale 0", "scale 1"),
                page.select("figure.card:has(.images) > figcaption").stream()
                        .map(Element::ownText)
                        .toList());
        Element table = page.selectFirst("table.sweep");
        assertEquals(
                List.of("scale 4", "scale 0", "scale 1"),
                HtmlPages.rows(table).stream().map(row -> row.get(0)).toList());
        assertEquals(
                List.of("0.7800", "20.000", "0.6000"),
                table.select("td.best").stream()
                        .map(Element::ownText)
                        .filter(value -> !value.startsWith("0.0123"))
                        .toList(),
                "highest precision, lowest FID and highest recall are best");
        assertEquals(
                List.of("Bag 0", "Ankle boot 1"),
                page.selectFirst("table.sortable")
                        .select("tbody tr > td:first-child")
                        .eachText());
    }

    @Test
    void drawsCurvesOverStepsAndOneForEachOfTheRest() {
        Document steps = page(
                results(Evaluations.point("10", 1), Evaluations.point("ddim50", 1), Evaluations.point("10+15", 1)));
        assertTrue(HtmlPages.headings(steps).contains("Over the network evaluations"));
        assertTrue(steps.select("circle title").eachText().contains("FID 20 (95% 19 to 22) at network evaluations 50"));
        assertTrue(steps.select("circle title").eachText().contains("FID 20 (95% 19 to 22) at network evaluations 25"));

        Document both = page(results(
                Evaluations.point("10", 0),
                Evaluations.point("10", 1),
                Evaluations.point("25", 0),
                Evaluations.point("25", 1)));
        assertEquals(
                List.of("10 steps", "25 steps"),
                both.selectFirst("svg").select("text.name").eachText());
        assertTrue(!both.select("svg").eachAttr("aria-label").contains("Precision over Recall"));
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

        Document page = page(Evaluations.report(Optional.empty(), List.of(one, two)));

        assertEquals(2, HtmlPages.rows(page.selectFirst("table.sweep")).size());
        assertTrue(page.select("svg").isEmpty());
        assertTrue(page.selectFirst("p.lead").text().startsWith("2 sets of 70 samples"));
    }

    @Test
    void showsARegressionFirst() {
        EvaluationReport evaluation = Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6));

        Document bad = Jsoup.parse(
                EvaluationPage.of(evaluation, Optional.of(ReportWriterTest.compared(evaluation, 3)), Set.of()));
        assertTrue(bad.selectFirst(".lead + .banner").hasClass("bad"));
        assertTrue(
                bad.selectFirst(".banner.bad").text().contains("FID from 17.000 to 20.000 (+3.000, allowed +0.500)"));
        Element change = card(bad, "FID").selectFirst(".change.bad");
        assertEquals("+3.000 regression", change.text());
        assertEquals("baseline 17.000", change.attr("title"));
        assertEquals(List.of("regression"), bad.select("table.verdicts td.bad").eachText());

        Document good = Jsoup.parse(
                EvaluationPage.of(evaluation, Optional.of(ReportWriterTest.compared(evaluation, -3)), Set.of()));
        assertTrue(good.selectFirst(".lead + .banner").hasClass("good"));
        assertTrue(good.select(".bad").isEmpty(), "nothing regressed");
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

        Document page = page(Evaluations.report(Optional.of(model), List.of(result)));

        assertEquals(1, page.select("script").size(), "only the page's own");
        assertEquals("Evaluation of " + evil, page.title());
        assertEquals(
                List.of(evil, evil, evil, evil),
                page.select(".images figcaption").eachText());
    }

    private static Element card(Document page, String metric) {
        return page.select("section.score").stream()
                .filter(card -> card.selectFirst("h3").ownText().equals(metric))
                .findFirst()
                .orElseThrow();
    }

    /** The element below a heading. */
    private static Element below(Document page, String heading) {
        return page.select("h2").stream()
                .filter(h -> h.text().equals(heading))
                .findFirst()
                .orElseThrow()
                .nextElementSibling();
    }

    private static EvaluationReport results(SamplingPoint... points) {
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

    private static Document page(EvaluationReport evaluation) {
        return Jsoup.parse(EvaluationPage.of(evaluation, Optional.empty(), Set.of()));
    }
}
