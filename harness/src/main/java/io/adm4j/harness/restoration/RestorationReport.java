package io.adm4j.harness.restoration;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.Count;
import io.adm4j.sampling.PixelScale;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How near restored images are to the truth, beside the damaged ones.
 *
 * @param run whose truth is known
 * @param damaged quality of each damaged image
 * @param restored quality of each result, in the order of the results
 */
public record RestorationReport(RestorationRun run, List<ImageQuality> damaged, List<ImageQuality> restored) {
    private static final int MOST_LINES = 20;

    /**
     * Compares results with the truth.
     *
     * @param results uint8 {@code [N, H, W, C]} as the run gave them
     */
    public static RestorationReport of(RestorationRun run, Tensor results) {
        Tensor truth = run.images().truth().orElseThrow();
        Tensor shown = run.images().shown();
        return new RestorationReport(
                run,
                IntStream.range(0, run.images().count())
                        .mapToObj(i -> ImageQuality.of(shown.rows(i, i + 1), truth.rows(i, i + 1)))
                        .toList(),
                IntStream.range(0, run.results())
                        .mapToObj(i -> {
                            int image = i / run.variants();
                            return ImageQuality.of(results.rows(i, i + 1), truth.rows(image, image + 1));
                        })
                        .toList());
    }

    /** Lines for a terminal: each image, with the mean of its variants, where there are few; then the mean of all. */
    public List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format("%-10s  %18s  %18s", "", "damaged", "restored"));
        lines.add(String.format("%-10s  %9s  %7s  %9s  %7s", "image", "PSNR", "SSIM", "PSNR", "SSIM"));
        int images = run.images().count();
        for (int i = 0; i < images && images <= MOST_LINES; i++) {
            lines.add(line(String.valueOf(i), damaged.subList(i, i + 1), variants(i)));
        }
        lines.add(line("mean", damaged, restored));
        lines.add("of " + Count.of(images, "image") + " and " + Count.of(restored.size(), "result") + "; PSNR in dB");
        return lines;
    }

    private static String line(String name, List<ImageQuality> before, List<ImageQuality> after) {
        return String.format(
                Locale.ROOT,
                "%-10s  %9s  %7.4f  %9s  %7.4f",
                name,
                decibels(psnr(before)),
                ssim(before),
                decibels(psnr(after)),
                ssim(after));
    }

    private static String decibels(double psnr) {
        return Double.isInfinite(psnr) ? "equal" : String.format(Locale.ROOT, "%.2f", psnr);
    }

    private List<ImageQuality> variants(int image) {
        return restored.subList(image * run.variants(), (image + 1) * run.variants());
    }

    /** All values; PSNR is null where images are equal, and in means with such an image. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode mean = json.putObject("mean");
        mean.set("damaged", quality(damaged));
        mean.set("restored", quality(restored));
        ArrayNode list = json.putArray("images");
        for (int i = 0; i < run.images().count(); i++) {
            ObjectNode image = list.addObject();
            if (run.labels().isPresent()) {
                image.put("label", run.labels().get()[i]);
            }
            image.put("sigma", run.images().sigmas()[i] * PixelScale.HALF_RANGE);
            image.set("damaged", quality(damaged.subList(i, i + 1)));
            ArrayNode results = image.putArray("restored");
            for (int variant = 0; variant < run.variants(); variant++) {
                results.add(quality(variants(i).subList(variant, variant + 1)).put("seed", run.seed() + variant));
            }
        }
        return json;
    }

    private static ObjectNode quality(List<ImageQuality> of) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        double psnr = psnr(of);
        if (Double.isInfinite(psnr)) {
            json.putNull("psnr");
        } else {
            json.put("psnr", psnr);
        }
        return json.put("ssim", ssim(of));
    }

    private static double psnr(List<ImageQuality> of) {
        return of.stream().mapToDouble(ImageQuality::psnr).average().orElseThrow();
    }

    private static double ssim(List<ImageQuality> of) {
        return of.stream().mapToDouble(ImageQuality::ssim).average().orElseThrow();
    }
}
