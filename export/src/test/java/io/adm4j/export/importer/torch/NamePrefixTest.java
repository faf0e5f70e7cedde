package io.adm4j.export.importer.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Initializer;
import io.adm4j.export.graph.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamePrefixTest {
    private static final List<Parameter> NETWORK = parameters("out.0.weight", "out.2.weight", "in.weight", "0.weight");

    @Test
    void whatEveryNameBeginsWithIsThePrefix() {
        assertEquals("", prefix("out.0.weight", "out.2.weight", "in.weight"));
        assertEquals("module.", prefix("module.out.0.weight", "module.out.2.weight", "module.in.weight"));
        assertEquals(
                "ema_model.module._orig_mod.",
                prefix(
                        "ema_model.module._orig_mod.out.0.weight",
                        "ema_model.module._orig_mod.out.2.weight",
                        "ema_model.module._orig_mod.label_emb.weight"));
    }

    @Test
    void otherPartsOfTheCheckpointDoNotMatter() {
        assertEquals("net.", prefix("betas", "net.out.0.weight", "net.out.2.weight", "loss.vgg.0.weight"));
    }

    @Test
    void ofTwoCopiesTheMovingAverageIsTaken() {
        assertEquals(
                "ema_model.",
                prefix("online.out.0.weight", "online.in.weight", "ema_model.out.0.weight", "ema_model.in.weight"));
    }

    @Test
    void aNameThatAgreesByChanceSetsNothingAside() {
        assertEquals("", prefix("conv.0.weight", "conv.1.bias", "head.weight"));
    }

    @Test
    void namesAreGivenWithoutIt() {
        assertEquals(Map.of("a", 1, "m.b", 2), new NamePrefix("m.").strip(Map.of("m.a", 1, "m.m.b", 2, "other", 3)));
    }

    private static String prefix(String... names) {
        return NamePrefix.of(List.of(names), NETWORK).text();
    }

    private static List<Parameter> parameters(String... names) {
        GraphBuilder graph = new GraphBuilder();
        for (String name : names) {
            graph.parameter(name, Initializer.zeros(), 1);
        }
        return new ArrayList<>(graph.parameters());
    }
}
