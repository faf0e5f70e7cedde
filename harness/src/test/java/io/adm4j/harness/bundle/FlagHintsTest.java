package io.adm4j.harness.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.importer.torch.WeightDifferences;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.ClassifierGraph;
import io.adm4j.export.recipe.NetworkGraph;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Weights of one network, imported with the flags of another that differs in one flag. */
class FlagHintsTest {
    @Test
    void theLearnedVarianceIsRecognized() {
        assertEquals(
                List.of("learn_sigma false (out.2.weight has 3 rows)"),
                hints(flags().put("learn_sigma", false), flags().put("learn_sigma", true)));
        assertEquals(
                List.of("learn_sigma true (out.2.weight has 6 rows)"),
                hints(flags().put("learn_sigma", true), flags().put("learn_sigma", false)));
    }

    @Test
    void labelsAreRecognized() {
        ObjectNode conditional = flags().put("class_cond", true).put("num_classes", 7);
        assertEquals(
                List.of("class_cond true with num_classes 7 (there is a label_emb.weight)"),
                hints(conditional, flags()));
        assertEquals(List.of("class_cond false (there is no label_emb.weight)"), hints(flags(), conditional));
        assertEquals(
                List.of("num_classes 7 (label_emb.weight has 7 rows)"),
                hints(conditional, conditional.deepCopy().put("num_classes", 8)));
    }

    @Test
    void theWidthIsRecognized() {
        assertEquals(
                List.of("num_channels 64 (time_embed.0.weight has 64 columns)"),
                hints(flags().put("num_channels", 64), flags()));
    }

    @Test
    void upsamplersAreRecognized() {
        ObjectNode upsampler = flags().put("large_size", 32).put("small_size", 16);
        upsampler.remove("image_size");
        assertEquals(
                List.of("large_size and small_size, not image_size (input_blocks.0.0.weight takes 6 channels: the"
                        + " network is an upsampler)"),
                hints(upsampler, flags()));
        assertEquals(
                List.of("image_size, not large_size (input_blocks.0.0.weight takes 3 channels: the network is no"
                        + " upsampler)"),
                hints(flags(), upsampler));
    }

    @Test
    void otherChannelsAreRecognized() {
        ObjectNode gray = flags().put("in_channels", 1);
        ObjectNode rgba = flags().put("in_channels", 4).put("learn_sigma", false);
        assertEquals(List.of("in_channels 1 (input_blocks.0.0.weight takes 1 channel)"), hints(gray, flags()));
        assertEquals(List.of("in_channels 3 (input_blocks.0.0.weight takes 3 channels)"), hints(flags(), gray));
        assertEquals(
                List.of(
                        "in_channels 4 (input_blocks.0.0.weight takes 4 channels)",
                        "learn_sigma false (out.2.weight has 4 rows)"),
                hints(rgba, flags()));
    }

    @Test
    void upsamplersOfOtherChannelsAreRecognized() {
        ObjectNode upsampler =
                flags().put("large_size", 32).put("small_size", 16).put("in_channels", 1);
        upsampler.remove("image_size");
        assertEquals(
                List.of("large_size and small_size, not image_size (input_blocks.0.0.weight takes 2 channels: the"
                        + " network is an upsampler)"),
                hints(upsampler, flags().put("in_channels", 1)));
        assertEquals(
                List.of("in_channels 1 (input_blocks.0.0.weight takes 2 channels)"),
                hints(upsampler, upsampler.deepCopy().put("in_channels", 3)));
    }

    @Test
    void conditionsBesideTheImageAreRecognized() {
        Map<String, List<Long>> shapes = shapes(flags());
        shapes.put("input_blocks.0.0.weight", List.of(32L, 4L, 3L, 3L));
        assertEquals(
                List.of("a condition beside the image, which is not supported (input_blocks.0.0.weight takes 4"
                        + " channels, and out.2.weight has 6 rows)"),
                FlagHints.of(
                        UNetConfig.fromFlags(flags()), shapes, WeightDifferences.between(shapes, parameters(flags()))));
    }

    @Test
    void channelsOfAClassifierAreRecognized() {
        ObjectNode flags = JsonNodeFactory.instance
                .objectNode()
                .put("image_size", 32)
                .put("channel_mult", "1")
                .put("classifier_width", 32)
                .put("classifier_depth", 1)
                .put("num_head_channels", 32);
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        ClassifierGraph.of(ClassifierConfig.fromFlags(flags.deepCopy().put("in_channels", 1)))
                .parameters()
                .forEach(p ->
                        shapes.put(p.name(), Arrays.stream(p.shape()).boxed().toList()));
        List<Parameter> parameters =
                ClassifierGraph.of(ClassifierConfig.fromFlags(flags)).parameters();
        assertEquals(
                List.of("in_channels 1 (input_blocks.0.0.weight takes 1 channel)"),
                FlagHints.of(ClassifierConfig.fromFlags(flags), shapes, WeightDifferences.between(shapes, parameters)));
    }

    @Test
    void weightsThatFitNeedNoHint() {
        assertEquals(List.of(), hints(flags(), flags()));
    }

    @Test
    void weightsOfAnotherKindOfNetworkGiveNone() {
        Map<String, List<Long>> shapes = Map.of("out.2.weight", List.of(3L, 32L, 3L, 3L), "w", List.of(1L));
        List<Parameter> parameters = parameters(flags());
        assertEquals(
                List.of(),
                FlagHints.of(UNetConfig.fromFlags(flags()), shapes, WeightDifferences.between(shapes, parameters)));
    }

    private static ObjectNode flags() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("image_size", 32)
                .put("num_channels", 32)
                .put("num_res_blocks", 1)
                .put("channel_mult", "1,2")
                .put("attention_resolutions", "16")
                .put("learn_sigma", true);
    }

    private static List<String> hints(ObjectNode weights, ObjectNode wrong) {
        Map<String, List<Long>> shapes = shapes(weights);
        return FlagHints.of(UNetConfig.fromFlags(wrong), shapes, WeightDifferences.between(shapes, parameters(wrong)));
    }

    private static Map<String, List<Long>> shapes(ObjectNode weights) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        parameters(weights)
                .forEach(p ->
                        shapes.put(p.name(), Arrays.stream(p.shape()).boxed().toList()));
        return shapes;
    }

    private static List<Parameter> parameters(ObjectNode flags) {
        return NetworkGraph.of(UNetConfig.fromFlags(flags), Precision.FP32).parameters();
    }
}
