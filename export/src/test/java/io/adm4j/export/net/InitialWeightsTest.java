package io.adm4j.export.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.recipe.DenoiserGraph;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InitialWeightsTest {
    private final UNetConfig config = UNetConfig.fromFlags(JsonNodeFactory.instance
            .objectNode()
            .put("image_size", 16)
            .put("num_channels", 32)
            .put("channel_mult", "1,2")
            .put("class_cond", true)
            .put("num_classes", 50)
            .put("attention_resolutions", "8"));
    private final List<Parameter> parameters =
            DenoiserGraph.of(config, Precision.FP32).parameters();
    private final Map<String, Tensor> weights = InitialWeights.of(parameters, 7);

    @Test
    void zeroModulesAreZeroAndNormsAreOne() {
        for (String zero : List.of(
                "out.2.weight",
                "out.2.bias",
                "middle_block.0.out_layers.3.weight",
                "middle_block.1.proj_out.weight",
                "middle_block.1.proj_out.bias",
                "out.0.bias")) {
            assertTrue(all(zero, 0), zero);
        }
        assertTrue(all("out.0.weight", 1));
        assertTrue(all("middle_block.1.norm.weight", 1));
    }

    @Test
    void othersHavePyTorchsSpread() {
        // Uniform within 1/sqrt(fan in): fan in of the first convolution is 3·3·3, of the embedding layer 128.
        checkUniform("input_blocks.0.0.weight", 1 / Math.sqrt(27));
        checkUniform("input_blocks.1.0.emb_layers.1.weight", 1 / Math.sqrt(128));
        checkUniform("input_blocks.1.0.emb_layers.1.bias", 1 / Math.sqrt(128));
        checkUniform("middle_block.1.qkv.weight", 1 / Math.sqrt(64));
        assertEquals(1, deviation(weights.get("label_emb.weight").toFloatArray()), 0.03);
    }

    @Test
    void anArrayDependsOnSeedAndNameAlone() {
        List<Parameter> reversed = new ArrayList<>(parameters);
        Collections.reverse(reversed);
        Map<String, Tensor> again = InitialWeights.of(reversed, 7);
        weights.forEach((name, tensor) ->
                assertArrayEquals(tensor.toFloatArray(), again.get(name).toFloatArray(), name));
        String name = "input_blocks.0.0.weight";
        assertFalse(Arrays.equals(
                weights.get(name).toFloatArray(),
                InitialWeights.of(parameters, 8).get(name).toFloatArray()));
        assertFalse(Arrays.equals(
                weights.get("middle_block.0.in_layers.2.weight").toFloatArray(),
                weights.get("middle_block.2.in_layers.2.weight").toFloatArray()));
    }

    private boolean all(String name, float value) {
        for (float v : weights.get(name).toFloatArray()) {
            if (v != value) {
                return false;
            }
        }
        return true;
    }

    private void checkUniform(String name, double bound) {
        float[] values = weights.get(name).toFloatArray();
        float most = 0;
        for (float v : values) {
            most = Math.max(most, Math.abs(v));
        }
        assertTrue(most <= bound && most > 0.9 * bound, name + " reaches " + most + " of " + bound);
        assertEquals(bound / Math.sqrt(3), deviation(values), 0.2 * bound, name);
    }

    private static double deviation(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += (double) v * v;
        }
        return Math.sqrt(sum / values.length);
    }
}
