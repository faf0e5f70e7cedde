package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.harness.evaluation.result.ReferenceDistances;
import io.adm4j.harness.evaluation.result.Result;
import java.util.List;
import java.util.function.BiFunction;

/** The samples nearest to the reference and farthest from it: as images, or by their numbers where there are none. */
final class DistanceSection {
    private static final String UNKNOWN = "Not known: of the samples or the reference only statistics are known.";
    private static final String NO_SAMPLES = "Only the features of these samples are known, not their images.";
    private static final String NO_REFERENCE = "Only the features of the reference are known, not its images.";
    /** Of the nearest and of the farthest, each beside one reference image. */
    private static final int IMAGES_TO_A_RANK = 4;

    private final EvaluationReport evaluation;
    private final BiFunction<Result, Integer, String> className;

    /** @param className the name of a class of a result's samples by its label */
    DistanceSection(EvaluationReport evaluation, BiFunction<Result, Integer, String> className) {
        this.evaluation = evaluation;
        this.className = className;
    }

    void add(Page page) {
        page.heading("Nearest to the reference and farthest from it");
        List<Result> results = evaluation.results();
        if (results.stream().allMatch(result -> result.distances().isEmpty())) {
            page.paragraph("note", UNKNOWN);
            return;
        }
        page.paragraph(
                "",
                "The samples with the smallest and the largest distance to their nearest reference image, which stands"
                        + " beside each. The farthest are often the worst; the nearest are typical, plain or repeated images.");
        if (results.size() == 1) {
            page.add("<div class=\"card ranks\">\n" + body(results.get(0)) + "</div>\n");
            return;
        }
        page.add("<div class=\"row\">\n");
        for (Result result : results) {
            page.add("<section class=\"card ranks\"><h3>" + Html.escape(ReportText.shortName(evaluation, result))
                    + "</h3>\n" + body(result) + "</section>\n");
        }
        page.add("</div>\n");
    }

    private String body(Result result) {
        if (result.distances().isEmpty()) {
            return note(UNKNOWN);
        }
        ReferenceDistances distances = result.distances().get();
        String about = note(distances.definition() + " Median: " + EvaluationPage.distance(distances.median()) + ".");
        if (distances.images().isEmpty()) {
            return about
                    + note(NO_SAMPLES)
                    + table(result, "Nearest", distances.nearest())
                    + table(result, "Farthest", distances.farthest());
        }
        Gallery images = distances.images().get();
        return about
                + (images.nearest().isEmpty() ? note(NO_REFERENCE) : "")
                + ranks(result, "Nearest", distances.nearest(), images, 0)
                + ranks(
                        result,
                        "Farthest",
                        distances.farthest(),
                        images,
                        distances.nearest().size());
    }

    private static String note(String text) {
        return "<p class=\"note\">" + Html.escape(text) + "</p>\n";
    }

    /** @param from place of the first of these samples among the images */
    private String ranks(
            Result result, String heading, List<ReferenceDistances.Sample> samples, Gallery images, int from) {
        long fit = EvaluationPage.fit(images.images(), evaluation.results().size()) / IMAGES_TO_A_RANK;
        int shown = (int) Math.min(samples.size(), Math.max(EvaluationPage.LEAST_IMAGES, fit));
        StringBuilder html = new StringBuilder(
                "<h4>" + heading + "</h4>\n<div class=\"pairs" + EvaluationPage.size(images.images()) + "\">\n");
        for (int i = 0; i < shown; i++) {
            ReferenceDistances.Sample sample = samples.get(i);
            String name = name(result, sample);
            String distance = EvaluationPage.distance(sample.distance());
            boolean beside = !images.nearest().isEmpty();
            html.append("<div class=\"pair\">")
                    .append(ImageFigure.of(
                            "own", name, beside ? name : name + ", " + distance, images.images(), from + i));
            if (beside) {
                html.append(ImageFigure.of(
                        "",
                        "its nearest reference image, " + sample.reference(),
                        distance,
                        images.nearest().get(from + i).images(),
                        0));
            }
            html.append("</div>\n");
        }
        return html.append("</div>\n").toString();
    }

    /** How captions call a sample: {@code "seed 17, boot"}. */
    private String name(Result result, ReferenceDistances.Sample sample) {
        return (sample.seed().isPresent() ? "seed " + sample.seed().getAsLong() : "sample " + sample.sample())
                + (sample.label().isPresent()
                        ? ", " + className(result, sample.label().getAsInt())
                        : "");
    }

    private String className(Result result, int label) {
        String name = className.apply(result, label);
        return name.equals(String.valueOf(label)) ? "class " + name : name;
    }

    private String table(Result result, String heading, List<ReferenceDistances.Sample> samples) {
        StringBuilder html = new StringBuilder("<div class=\"scroll\"><table><tr><th>" + heading
                + "</th><th>Distance</th><th>Nearest reference image</th></tr>\n");
        for (ReferenceDistances.Sample sample : samples) {
            html.append("<tr><td>")
                    .append(Html.escape(name(result, sample)))
                    .append("</td><td>")
                    .append(EvaluationPage.distance(sample.distance()))
                    .append("</td><td>")
                    .append(sample.reference())
                    .append("</td></tr>\n");
        }
        return html.append("</table></div>\n").toString();
    }
}
