package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.SampleComparison;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

/** What reports say of sets that are compared. */
class DifferenceReportTest {
    private final EvaluationReport evaluation = Evaluations.compared();
    private final SampleComparison comparison = evaluation.comparisons().get(0);

    @Test
    void sentencesSayByHowMuchAndWhetherChanceExplainsIt() {
        assertEquals("B's FID is higher by 1.000, 95% 0.500 to 1.500.", sentence(Metric.FID));
        assertEquals("B's KID is higher by 0.000100; how far chance explains it is not known.", sentence(Metric.KID));
        assertEquals(
                "The difference in Recall is within noise (B's Recall is higher by 0.0100, 95% -0.0300 to 0.0500): with 70"
                        + " samples 0.0400 could be told.",
                sentence(Metric.RECALL));
        assertEquals(
                "A and B have the same FID.", DifferenceText.sentence(comparison, Difference.of(Metric.FID, 2, 2)));
        assertEquals(
                "B is better than A in Precision and worse in FID; no other difference is known to be more than noise.",
                DifferenceText.summary(comparison));
    }

    @Test
    void aLowerScoreHasItsAmountAndIntervalWithoutSigns() {
        SampleComparison turned = new SampleComparison(
                1,
                0,
                70,
                List.of(new Difference(
                        Metric.FID,
                        21,
                        20,
                        comparison.get(Metric.FID).orElseThrow().standardError(),
                        Optional.of(new Interval(-1.5, -0.5)))));

        assertEquals(
                "A's FID is lower by 1.000, 95% 0.500 to 1.500.",
                DifferenceText.sentence(turned, turned.differences().get(0)));
    }

    @Test
    void onlyWhatIsSignificantlyWorseFails() {
        assertTrue(DifferenceText.failure(evaluation, Set.of(Metric.FID)).isPresent());
        assertTrue(DifferenceText.failure(evaluation, Set.of(Metric.KID, Metric.PRECISION, Metric.RECALL))
                .isEmpty());
        assertTrue(
                JunitReport.of(evaluation, Optional.empty(), Set.of(Metric.FID)).contains("failures=\"1\""));
        assertFalse(JunitReport.of(evaluation, Optional.empty(), Set.of()).contains("<failure"));
    }

    @Test
    void thePageShowsDotsOfDifferencesAndOfScores() {
        Document page = Jsoup.parse(EvaluationPage.of(evaluation, Optional.empty(), Set.of(Metric.FID)));

        assertTrue(page.select(".banner.bad").text().contains("B's FID is higher by 1.000"));
        // Those with an interval.
        assertEquals(
                3,
                page.select("h2:contains(B against A) ~ figure svg circle[class~=(better|worse|noise)-fill]")
                        .size());
        assertEquals(1, page.select("svg circle.worse-fill").size());
        assertEquals(4, page.select("table.differences tr").size() - 1);
        assertEquals("A: runs/set-0.npz", page.select("table.sweep td").first().text());
        assertTrue(
                page.select("svg[aria-label*=FID: A 20.000]").size() == 1,
                page.select("svg").eachAttr("aria-label").toString());
    }

    @Test
    void aMetricInWhichLowerIsBetterIsTurned() {
        DifferencePlot plot = DifferencePlot.of(comparison);

        assertEquals(
                List.of(-2.0, 2.5, 0.25),
                plot.rows().stream()
                        .map(row -> Math.round(row.value() * 1e6) / 1e6)
                        .toList());
        assertEquals(
                List.of("worse", "better", "noise"),
                plot.rows().stream().map(DifferencePlot.Row::style).toList());
    }

    private String sentence(Metric metric) {
        return DifferenceText.sentence(comparison, comparison.get(metric).orElseThrow());
    }
}
