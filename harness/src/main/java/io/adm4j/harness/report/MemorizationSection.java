package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.harness.evaluation.result.Memorization;
import io.adm4j.harness.evaluation.result.Result;
import java.util.Locale;

/** What was found beside training images: the share of close samples, and the closest pairs as images. */
final class MemorizationSection {
    private static final String EXPECTED =
            "New images of the same distribution are close as often as reference images that were not trained on,"
                    + " usually a third to a half.";

    private MemorizationSection() {}

    static void add(Page page, EvaluationReport evaluation) {
        boolean begun = false;
        for (Result result : evaluation.results()) {
            if (result.memorization().isPresent()) {
                if (!begun) {
                    page.heading("Beside training images");
                    begun = true;
                }
                Memorization found = result.memorization().get();
                String name = evaluation.results().size() > 1 ? ReportText.shortName(evaluation, result) + ": " : "";
                page.paragraph("", name + sentence(found)).paragraph("note", found.definition() + " " + EXPECTED);
                found.images().ifPresent(images -> page.add(pairs(found, images)));
            }
        }
    }

    /** The share in words: "12.5 % of the samples are close to a training image; of the reference images 48.0 %." */
    static String sentence(Memorization found) {
        return percent(found.closeShare()) + " of the samples are close to a training image"
                + (found.referenceShare().isPresent()
                        ? "; of the reference images "
                                + percent(found.referenceShare().getAsDouble())
                        : "")
                + ".";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String pairs(Memorization found, Gallery images) {
        StringBuilder html = new StringBuilder("<div class=\"neighbors\">\n");
        for (int i = 0; i < images.nearest().size(); i++) {
            Memorization.Pair pair = found.pairs().get(i);
            Gallery.Nearest training = images.nearest().get(i);
            html.append("<div class=\"card near")
                    .append(EvaluationPage.size(images.images()))
                    .append("\">");
            String own = "sample " + pair.sample();
            html.append(ImageFigure.of("own", own, own, images.images(), i))
                    .append(ImageFigure.of(
                            "",
                            "nearest training image, " + pair.training(),
                            "training " + pair.training() + ", " + EvaluationPage.distance(pair.distance()),
                            training.images(),
                            0))
                    .append(ImageFigure.of(
                            "",
                            "the training image nearest to that",
                            "its nearest, " + EvaluationPage.distance(pair.spacing()),
                            training.images(),
                            1));
            html.append("</div>\n");
        }
        return html.append("</div>\n").toString();
    }
}
