package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.cli.Harness;
import io.adm4j.harness.zoo.ReleasedModel;
import io.adm4j.harness.zoo.ReleasedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ModelsCommandTest {
    @TempDir
    Path folder;

    @Test
    void theTableHasEveryModelInALine() {
        String table = succeeding("models").out();

        for (ReleasedModel model : ReleasedModels.load().models()) {
            assertTrue(table.lines().anyMatch(line -> line.startsWith(model.name() + " ")), model.name());
        }
        assertTrue(table.lines().allMatch(line -> line.length() <= 120), table);
        assertTrue(
                table.contains(
                        "imagenet256            256x256    553.8     54.1    1.0     2.5    4.59   5.25  0.82  0.52"),
                table);
        assertTrue(table.contains("inception") && table.contains("reference-lsun-horse"), table);
    }

    /** 3000 steps of 32 images, of which one core takes 70 in a second. */
    @Test
    void smallPresetsHaveATime() throws Exception {
        JsonNode preset = null;
        for (JsonNode each : new ObjectMapper()
                .readTree(succeeding("models", "--json").out())
                .get("presets")) {
            boolean small = each.get("name").asText().endsWith("-cpu");
            assertEquals(small, each.has("images_per_second"), each.toString());
            assertEquals(!small, each.has("result"), each.toString());
            if (each.get("name").asText().equals("fashion-cpu")
                    && each.get("kind").asText().equals("diffusion")) {
                preset = each;
            }
        }
        assertEquals(70, preset.get("images_per_second").asDouble());
        assertTrue(succeeding("models").out().contains("23 minutes on one core"));
    }

    /** The commands that are shown must be ones that the command line takes. */
    @Test
    void commandsCanBePasted() {
        for (ReleasedModel model : ReleasedModels.load().models()) {
            String details = succeeding("models", model.name()).out();
            List<String> commands = details.lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("harness "))
                    .toList();
            assertTrue(commands.size() >= 7, details);
            for (String command : commands) {
                CommandLine.ParseResult parsed = Harness.commandLine().parseArgs(words(command));
                assertTrue(parsed.hasSubcommand(), command);
            }
        }
    }

    @Test
    void detailsSayWhetherFilesAreHere() throws Exception {
        assertTrue(succeeding("models", "lsun-cat", "--dir", folder).out().contains("not in " + folder));
        Files.write(folder.resolve("lsun_cat.pt"), new byte[1]);
        assertTrue(succeeding("models", "lsun-cat", "--dir", folder).out().contains("fetched: " + folder));
    }

    @Test
    void jsonHasEverything() throws Exception {
        JsonNode all =
                new ObjectMapper().readTree(succeeding("models", "--json").out());
        assertEquals(11, all.get("models").size());
        assertTrue(all.get("files").size() >= 8);

        JsonNode one = new ObjectMapper()
                .readTree(succeeding("models", "imagenet64", "--json").out());
        assertEquals(295_904_454, one.at("/denoiser/parameters").asLong());
        assertEquals("cosine", one.at("/denoiser/flags/noise_schedule").asText());
        assertEquals(4, one.at("/classifier/flags/classifier_depth").asInt());
        assertEquals(2.07, one.at("/results/0/scores/fid").asDouble());
    }

    @Test
    void nearNamesAreSuggested() {
        refused("did you mean imagenet512", "models", "imagenet521");
    }

    private static String[] words(String command) {
        List<String> words = new ArrayList<>();
        Matcher matcher = Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(command);
        while (matcher.find()) {
            words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return words.subList(1, words.size()).toArray(String[]::new);
    }
}
