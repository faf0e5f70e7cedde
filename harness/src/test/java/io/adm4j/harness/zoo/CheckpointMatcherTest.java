package io.adm4j.harness.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.importer.torch.WeightDifferences;
import io.adm4j.feedback.UserError;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckpointMatcherTest {
    private static final Path FILE = Path.of("weights.pt");

    private final ReleasedModels released = ReleasedModels.load();
    private final CheckpointMatcher matcher = new CheckpointMatcher(released);

    @Test
    void everyReleasedNetworkIsRecognized() {
        for (ReleasedModel model : released.models()) {
            String denoiser =
                    matcher.sentence(Path.of(released.file(model.denoiser()).name()), shapes(model.denoiser()));
            assertTrue(
                    denoiser.endsWith("exactly those of " + model.name() + ": use --model " + model.name() + "."),
                    denoiser);
            model.classifier().ifPresent(c -> {
                String classifier = matcher.sentence(FILE, shapes(c));
                assertTrue(classifier.contains("exactly those of the classifier of "), classifier);
                assertTrue(classifier.contains(model.name()), classifier);
                assertTrue(classifier.endsWith("give them as --classifier-weights."), classifier);
            });
        }
    }

    @Test
    void modelsOfTheSameShapesAreAllNamed() {
        String sentence =
                matcher.sentence(FILE, shapes(released.model("lsun-cat").denoiser()));

        assertTrue(
                sentence.contains(
                        "imagenet256-uncond or lsun-bedroom or lsun-cat or lsun-horse or lsun-horse-nodropout"),
                sentence);
    }

    @Test
    void aWrongModelIsCorrected() {
        String message = refused(shapes(released.model("imagenet64").denoiser()), "imagenet256");

        assertTrue(
                message.contains("do not fit imagenet256 (108 missing, 82 unexpected, 458 of another shape)"), message);
        assertTrue(message.endsWith("exactly those of imagenet64: use --model imagenet64."), message);
    }

    @Test
    void damageIsListedWithNamesAndShapes() {
        Map<String, List<Long>> shapes = shapes(released.model("imagenet64").denoiser());
        shapes.remove("out.2.bias");
        shapes.put("out.2.weight", List.of(3L, 192L, 3L, 3L));
        shapes.put("extra", List.of());

        String message = refused(shapes, "imagenet64");

        assertTrue(message.contains("1 missing (out.2.bias [6])"), message);
        assertTrue(message.contains("1 unexpected (extra [])"), message);
        assertTrue(
                message.contains(
                        "1 of another shape (out.2.weight [3, 192, 3, 3] where the network has [6, 192, 3, 3])"),
                message);
        assertTrue(message.contains("no released model is more similar (99.4 %"), message);
        String other = refused(shapes, "imagenet128");
        assertTrue(other.contains("they are most similar to imagenet64 (99.4 %"), other);
    }

    @Test
    void otherClassesAreRecognized() {
        Map<String, List<Long>> shapes = shapes(released.model("imagenet256").denoiser());
        shapes.put("label_emb.weight", List.of(37L, 1024L));

        String message = refused(shapes, "imagenet256");

        assertTrue(message.contains("those of imagenet256 but for 37 classes"), message);
        assertTrue(message.contains("num_classes 37"), message);
    }

    @Test
    void dissimilarWeightsAreReported() {
        assertEquals(
                "they are similar to no released model, so give the flags that they were made with.",
                matcher.sentence(FILE, Map.of("w", List.of(1L))));
    }

    private String refused(Map<String, List<Long>> shapes, String name) {
        UserError error = assertThrows(
                UserError.class,
                () -> matcher.requireFit(
                        FILE,
                        shapes,
                        WeightDifferences.between(
                                shapes, released.model(name).denoiser().parameters()),
                        name));
        assertTrue(!error.getMessage().contains("\n"), error.getMessage());
        return error.getMessage();
    }

    private static Map<String, List<Long>> shapes(ReleasedNetwork network) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        network.parameters()
                .forEach(p ->
                        shapes.put(p.name(), Arrays.stream(p.shape()).boxed().toList()));
        return shapes;
    }
}
