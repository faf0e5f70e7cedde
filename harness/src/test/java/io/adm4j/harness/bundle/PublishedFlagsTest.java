package io.adm4j.harness.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.FuzzRun;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.PublishedFlags.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishedFlagsTest {
    private static final String JSON = """
            {"image_size": 64, "channel_mult": "1,2,3", "attention_resolutions": [32, 16], "learn_sigma": true,
             "class_cond": "False", "dropout": 0.1, "diffusion_steps": 4000, "noise_schedule": "cosine"}
            """;
    private static final String YAML = """
            # the network
            image_size: 64
            channel_mult: 1,2,3
            attention_resolutions: [32, 16]
            learn_sigma: yes
            class_cond: false
            dropout: 0.1
            num_heads: ~
            diffusion_steps: "4000"
            noise_schedule: cosine
            """;
    private static final String COMMANDS = """
            # as in the published README
            MODEL_FLAGS="--image_size 64 --channel_mult 1,2,3 --attention_resolutions 32,16 --learn_sigma True"
            DIFFUSION_FLAGS="--diffusion_steps 4000 --noise_schedule linear"
            mpiexec -n 8 python scripts/image_train.py --data_dir "path to/my images" $MODEL_FLAGS \\
                --class_cond=False --dropout '0.1' --noise_schedule cosine \\
                --lr 1e-4 --batch_size 128
            """;

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {JSON, YAML, COMMANDS})
    void everySpellingIsTheSameFlags(String text) throws IOException {
        ObjectNode flags = read(text, Network.DENOISER);

        UNetConfig network = UNetConfig.fromFlags(flags);
        assertEquals(64, network.imageSize());
        assertEquals(List.of(1.0, 2.0, 3.0), network.channelMult());
        assertEquals(List.of(32, 16), network.attentionResolutions());
        assertEquals(0.1, network.dropout());
        assertEquals(4, network.numHeads());
        assertTrue(network.learnSigma());
        assertFalse(network.classConditional());
        DiffusionConfig diffusion = DiffusionConfig.fromJson(flags);
        assertEquals(4000, diffusion.diffusionSteps());
        assertEquals("cosine", diffusion.noiseSchedule());
        assertTrue(diffusion.learnSigma());
    }

    @Test
    void whatHasNoMeaningHereIsNamed() throws IOException {
        read(COMMANDS, Network.DENOISER);

        assertEquals(1, notes.size());
        assertTrue(notes.get(0).endsWith("are ignored: batch_size, data_dir, lr."), notes.get(0));
    }

    @Test
    void flagsOfTheOtherNetworkHaveNoMeaning() throws IOException {
        String both = "{\"image_size\": 32, \"classifier_depth\": 4, \"num_res_blocks\": 3}";

        assertEquals(
                "{\"image_size\":32,\"num_res_blocks\":3}",
                read(both, Network.DENOISER).toString());
        assertEquals(
                "{\"image_size\":32,\"classifier_depth\":4}",
                read(both, Network.CLASSIFIER).toString());
        assertTrue(notes.get(0).endsWith(": classifier_depth."), notes.get(0));
        assertTrue(notes.get(1).endsWith(": num_res_blocks."), notes.get(1));
    }

    @Test
    void whatAConfigurationWritesIsKnown() throws IOException {
        UNetConfig large = UNetConfig.fromFlags(read("{\"large_size\": 256, \"small_size\": 64}", Network.DENOISER));
        ObjectNode written = large.toFlags();
        written.setAll(DiffusionConfig.defaults().toJson());

        assertEquals(large, UNetConfig.fromFlags(read(written.toString(), Network.DENOISER)));
        assertEquals(List.of(), notes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"noise_shedule\": \"cosine\"}|\"noise_shedule\"|did you mean noise_schedule?",
                "num_chanels: 3|\"num_chanels\"|did you mean num_channels?",
                "--learn-sigmas True|\"learn_sigmas\"|did you mean learn_sigma?",
                "{\"colour\": 1}|\"colour\"|is not known",
                "{\"learn_sigma\": \"maybe\"}|learn_sigma|must be true or false, not 'maybe'",
                "{\"learn_sigma\": 2}|learn_sigma|must be true or false, not '2'",
                "{\"image_size\": 64.5}|image_size|must be an integer, not '64.5'",
                "{\"dropout\": \"NaN\"}|dropout|must be a number",
                "{\"dropout\": {}}|dropout|must be one value",
                "{\"image_size\": 64,|flags|cannot be read as JSON",
                "{\"image_size\": 64, \"image_size\": 32}|flags|cannot be read as JSON",
                "[64]|flags|no JSON object",
                "64|flags|neither a JSON object, a YAML mapping nor a command line",
                "model: {image_size: 64}|'model'|outermost level",
                "image_size: [64|line 1|cannot be read as YAML",
                "image_size: !!java.net.URL [x]|flags|cannot be read as YAML",
                "--image_size|--image_size|has no value",
                "--image_size 64 32|'32'|neither a flag nor the value of one"
            })
    void whatIsWrongIsOneSentence(String text, String where, String why) {
        String message = assertThrows(UserError.class, () -> read(text, Network.DENOISER))
                .getMessage();

        assertTrue(message.contains(where) && message.contains(why), message);
        assertTrue(message.contains(folder.toString()) && message.endsWith("."), message);
    }

    @Test
    void flagsThatYamlRepeatsOrRefersToAreRefused() {
        assertTrue(refusal("image_size: 64\nimage_size: 32").contains("(line 2: a flag is there twice)"));
        assertTrue(refusal("small: &small\n  image_size: 64\n<<: *small").contains("without anchors and aliases"));
    }

    private String refusal(String text) {
        return assertThrows(UserError.class, () -> read(text, Network.DENOISER)).getMessage();
    }

    /** Tags, anchors and nesting, and any damage to honest files: flags, or one sentence. */
    @Test
    void hostileFilesEndInFlagsOrOneSentence() throws InterruptedException {
        List<String> honest = List.of(JSON, YAML, COMMANDS);
        List<String> hostile = List.of(
                "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nimage_size: *c\n",
                "&k image_size: *k\n? [1, 2]\n: 3\n<<: {num_heads: 2}\n",
                "a: !!javax.script.ScriptEngineManager [!!java.net.URL [\"file:///x\"]]\n",
                "x: " + "[".repeat(2000),
                "x:\n" + "- ".repeat(2000),
                "--- |\n text\n...\n--- {a: b}\n");
        String signs = "{}[]:,-#&*!|>'\"%@`?= \n\t~0a\\<";
        new FuzzRun(
                        new FuzzRun.Subject() {
                            @Override
                            public String kind(int number) {
                                return List.of("json", "yaml", "commands").get(number % 3);
                            }

                            @Override
                            public Path make(int number, SplittableRandom random) throws IOException {
                                String text = random.nextInt(4) == 0
                                        ? hostile.get(random.nextInt(hostile.size()))
                                        : honest.get(number % 3);
                                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                                for (int i = random.nextInt(6); i > 0; i--) {
                                    bytes[random.nextInt(bytes.length)] =
                                            (byte) signs.charAt(random.nextInt(signs.length()));
                                }
                                return Files.write(
                                        folder.resolve("f"),
                                        random.nextInt(4) == 0 ? FuzzRun.changed(random, bytes) : bytes);
                            }

                            @Override
                            public void read(Path file) {
                                PublishedFlags.read(file, Network.DENOISER, note -> {});
                            }
                        },
                        UserError.class,
                        16 << 20,
                        1024)
                .check();
    }

    private ObjectNode read(String text, Network network) throws IOException {
        return PublishedFlags.read(Files.writeString(folder.resolve("flags"), text), network, notes::add);
    }
}
