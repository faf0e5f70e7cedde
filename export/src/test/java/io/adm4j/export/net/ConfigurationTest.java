package io.adm4j.export.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.recipe.ClassifierGraph;
import io.adm4j.export.recipe.NetworkGraph;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
    private static final String RELEASED =
            "'attention_resolutions':'32,16,8','learn_sigma':true,'resblock_updown':true,'use_scale_shift_norm':true,";

    /** Parameter counts in millions, rounded, as published. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "296 | 'image_size':64,'class_cond':true,'num_channels':192,'num_head_channels':64,'num_res_blocks':3,"
                        + "'use_new_attention_order':true,'dropout':0.1",
                "422 | 'image_size':128,'class_cond':true,'num_channels':256,'num_heads':4,'num_res_blocks':2",
                "554 | 'image_size':256,'class_cond':true,'num_channels':256,'num_head_channels':64,'num_res_blocks':2",
                "559 | 'image_size':512,'class_cond':true,'num_channels':256,'num_head_channels':64,'num_res_blocks':2",
                "553 | 'image_size':256,'class_cond':false,'num_channels':256,'num_head_channels':64,'num_res_blocks':2",
                "312 | 'large_size':256,'small_size':64,'class_cond':true,'num_channels':192,'num_heads':4,'num_res_blocks':2",
                "309 | 'large_size':512,'small_size':128,'class_cond':true,'num_channels':192,'num_head_channels':64,"
                        + "'num_res_blocks':2,'attention_resolutions':'32,16'",
            })
    void releasedDenoisersHaveThePublishedSizes(long millions, String flags) {
        String rest =
                flags.contains("attention_resolutions") ? RELEASED.substring(RELEASED.indexOf("'learn")) : RELEASED;
        UNetConfig config = UNetConfig.fromFlags(json("{" + rest + flags + "}"));
        assertEquals(
                millions,
                Math.round(count(NetworkGraph.of(config, Precision.FP32).parameters()) / 1e6));
        assertEquals(config, UNetConfig.fromFlags(config.toFlags()));
        assertEquals(6, config.outChannels());
        double share = (double) weightBytes(config, Precision.FP16) / weightBytes(config, Precision.FP32);
        assertTrue(share < 0.51, "The weights in float16 take " + share + " of those in float32.");
    }

    private static long weightBytes(UNetConfig config, Precision precision) {
        NetworkGraph network = NetworkGraph.of(config, precision);
        Map<String, Tensor> unread =
                network.parameters().stream().collect(Collectors.toMap(Parameter::name, p -> Tensor.of(new float[1])));
        return network.withWeights(unread).weightBytes();
    }

    @ParameterizedTest
    @CsvSource({"64, 4, 65", "128, 2, 43", "256, 2, 54", "512, 2, 54"})
    void releasedClassifiersHaveThePublishedSizes(int size, int depth, long millions) {
        ClassifierConfig config =
                ClassifierConfig.fromFlags(json("{'image_size':" + size + ",'classifier_depth':" + depth + "}"));
        assertEquals(millions, Math.round(count(ClassifierGraph.of(config).parameters()) / 1e6));
        assertEquals(config, ClassifierConfig.fromFlags(config.toFlags()));
    }

    @Test
    void absentFlagsHaveThePublishedDefaults() {
        UNetConfig unet = UNetConfig.fromFlags(json("{}"));
        assertEquals(
                new UNetConfig(
                        64,
                        0,
                        3,
                        128,
                        2,
                        List.of(1.0, 2.0, 3.0, 4.0),
                        List.of(16, 8),
                        4,
                        -1,
                        -1,
                        false,
                        true,
                        false,
                        0,
                        false,
                        false,
                        1000),
                unet);
        ClassifierConfig classifier = ClassifierConfig.fromFlags(json("{}"));
        assertEquals(
                new ClassifierConfig(
                        64,
                        3,
                        128,
                        2,
                        List.of(1.0, 2.0, 3.0, 4.0),
                        List.of(32, 16, 8),
                        true,
                        true,
                        ClassifierConfig.Pool.ATTENTION,
                        64,
                        1000),
                classifier);
    }

    @Test
    void imagesMayHaveOtherChannelsThanThree() {
        UNetConfig gray = UNetConfig.fromFlags(json("{'in_channels':1,'learn_sigma':true}"));
        assertEquals(1, gray.inChannels());
        assertEquals(2, gray.outChannels());
        assertEquals(gray, UNetConfig.fromFlags(gray.toFlags()));
        ClassifierConfig classifier = ClassifierConfig.fromFlags(json("{'in_channels':4}"));
        assertEquals(4, classifier.inChannels());
        assertEquals(classifier, ClassifierConfig.fromFlags(classifier.toFlags()));
    }

    @Test
    void outChannelsMayBeThoseOfTheNetworkOrOfTheImage() {
        assertEquals(
                4,
                UNetConfig.fromFlags(json("{'in_channels':4,'out_channels':4}")).outChannels());
        assertEquals(
                8,
                UNetConfig.fromFlags(json("{'in_channels':4,'out_channels':4,'learn_sigma':true}"))
                        .outChannels());
        assertEquals(
                8,
                UNetConfig.fromFlags(json("{'in_channels':4,'out_channels':8,'learn_sigma':true}"))
                        .outChannels());
    }

    @ParameterizedTest
    @CsvSource({"4, false, 3, 4", "4, true, 6, 4 or 8", "3, false, 6, 3", "1, true, 3, 1 or 2"})
    void otherOutChannelsAreRefused(int in, boolean learned, int out, String possible) {
        UserError e = assertThrows(
                UserError.class,
                () -> UNetConfig.fromFlags(
                        json("{'in_channels':" + in + ",'learn_sigma':" + learned + ",'out_channels':" + out + "}")));
        assertEquals(
                "With in_channels " + in + " and learn_sigma " + learned + " the flag out_channels must be " + possible
                        + ", not " + out + ": networks that take more channels than an image has are not supported.",
                e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "1025"})
    void anImageHasSomeChannels(int channels) {
        String flags = "{'in_channels':" + channels + "}";
        String message = "in_channels must be the channels of an image, 1 to 1024, not " + channels + ".";
        assertEquals(
                message,
                assertThrows(UserError.class, () -> UNetConfig.fromFlags(json(flags)))
                        .getMessage());
        assertEquals(
                message,
                assertThrows(UserError.class, () -> ClassifierConfig.fromFlags(json(flags)))
                        .getMessage());
    }

    @Test
    void flagsMayBeTextAsOnACommandLine() {
        UNetConfig config = UNetConfig.fromFlags(
                json(
                        "{'image_size':'32','channel_mult':'0.5, 1','class_cond':'True','learn_sigma':'no','num_channels':'64'}"));
        assertEquals(List.of(0.5, 1.0), config.channelMult());
        assertTrue(config.classConditional());
        assertFalse(config.learnSigma());
        assertEquals("0.5,1", config.toFlags().get("channel_mult").asText());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'image_size':32 | channel_mult",
                "'channel_mult':'1,2,x' | channel_mult",
                "'num_channels':20 | multiple of 32",
                "'num_channels':'many' | num_channels",
                "'image_size':36,'channel_mult':'1,2,2,2' | multiple of 8",
                "'class_cond':'perhaps' | class_cond",
                "'dropout':1 | dropout",
                "'attention_resolutions':'16,0' | Attention resolutions",
                "'attention_resolutions':'16.5' | attention_resolutions",
                "'class_cond':true,'num_classes':0 | num_classes",
                "'large_size':256,'small_size':60 | small_size",
                "'num_res_blocks':-1 | at least 0",
            })
    void impossibleSettingsAreRefusedByName(String flags, String named) {
        UserError e = assertThrows(UserError.class, () -> UNetConfig.fromFlags(json("{" + flags + "}")));
        assertTrue(e.getMessage().contains(named), e.getMessage());
    }

    @Test
    void headsThatDoNotDivideAreRefused() {
        UNetConfig config = UNetConfig.fromFlags(json("{'num_head_channels':48}"));
        assertThrows(UserError.class, () -> NetworkGraph.of(config, Precision.FP32));
        UNetConfig three = UNetConfig.fromFlags(json("{'num_heads':3}"));
        assertThrows(UserError.class, () -> NetworkGraph.of(three, Precision.FP32));
    }

    @Test
    void unknownPoolsAreRefused() {
        UserError e =
                assertThrows(UserError.class, () -> ClassifierConfig.fromFlags(json("{'classifier_pool':'max'}")));
        assertTrue(e.getMessage().contains("adaptive, attention, spatial, spatial_v2"), e.getMessage());
    }

    private static long count(List<Parameter> parameters) {
        return parameters.stream()
                .mapToLong(p -> Arrays.stream(p.shape()).reduce(1, (a, b) -> a * b))
                .sum();
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
