package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.importer.torch.Checkpoint;
import io.adm4j.export.importer.torch.SafetensorsBytes;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.bundle.ImportPlan;
import io.adm4j.harness.zoo.FetchFolder;
import io.adm4j.harness.zoo.ReleasedModel;
import io.adm4j.harness.zoo.ReleasedModels;
import io.adm4j.io.Npz;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {
    @TempDir
    Path folder;

    private final String network = Golden.cases("unet-").stream()
            .filter(name -> Files.exists(Golden.file(name + ".pt")))
            .findFirst()
            .orElseThrow();
    private final Path weights = Golden.file(network + ".pt");

    @Test
    void theBundleTellsWhereItsWeightsComeFrom() {
        Path out = folder.resolve("bundle");
        succeeding("import", "--flags", Golden.file(network + ".json"), "--weights", weights, "--out", out);

        JsonNode origin = ModelBundle.load(out).manifest().provenance().get("denoiser");

        assertEquals(weights.getFileName().toString(), origin.get("file").asText());
        assertEquals(Sha256.of(weights), origin.get("sha256").asText());
    }

    @Test
    void safetensorsGiveTheSameBundle() throws IOException {
        Path file = folder.resolve("x.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(weights)) {
            Files.write(file, new SafetensorsBytes().tensors(checkpoint, "").toByteArray());
        }
        Path flags = Golden.file(network + ".json");
        succeeding("import", "--flags", flags, "--weights", weights, "--out", folder.resolve("pt"));
        succeeding("import", "--flags", flags, "--weights", file, "--out", folder.resolve("safetensors"));

        assertEquals(
                ModelBundle.load(folder.resolve("pt")).manifest().files(),
                ModelBundle.load(folder.resolve("safetensors")).manifest().files());
    }

    /** As a trainer saves its network and the average of it, beside what the loss needs. */
    @Test
    void weightsWithAPrefixAreFoundAndSaid() throws IOException {
        Path file = folder.resolve("all.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(weights)) {
            Files.write(
                    file,
                    new SafetensorsBytes()
                            .tensor("loss.scale", "F32", "[1]", SafetensorsBytes.floats(2))
                            .tensors(checkpoint, "ema_model.module.")
                            .toByteArray());
        }
        Path flags = Golden.file(network + ".json");
        succeeding("import", "--flags", flags, "--weights", weights, "--out", folder.resolve("plain"));
        CommandLineRun run =
                succeeding("import", "--flags", flags, "--weights", file, "--out", folder.resolve("prefixed"));

        assertTrue(run.err().contains("begin with 'ema_model.module.'; another tensor is left out."), run.err());
        Manifest manifest = ModelBundle.load(folder.resolve("prefixed")).manifest();
        assertEquals(ModelBundle.load(folder.resolve("plain")).manifest().files(), manifest.files());
        assertEquals(
                "ema_model.module.",
                manifest.provenance().at("/denoiser/prefix").asText());
        refused(
                "leave out --entry",
                "import",
                "--flags",
                flags,
                "--weights",
                file,
                "--entry",
                "ema",
                "--out",
                folder.resolve("b"));
    }

    @Test
    void flagsThatAreNotKnownAreRefusedAndThoseOfScriptsAreSaid() throws IOException {
        ObjectNode flags = (ObjectNode) GoldenCase.json(network);
        Path file = folder.resolve("flags.json");
        Path out = folder.resolve("b");
        Object[] command = arguments("import", "--flags", file, "--weights", weights, "--out", out);
        Files.writeString(file, flags.deepCopy().put("noise_shedule", "cosine").toString());
        refused("did you mean noise_schedule?", command);
        assertTrue(Files.notExists(out));

        Files.writeString(file, flags.deepCopy().put("lr", 1e-4).toString());
        assertTrue(succeeding(command).err().contains("ignored: lr."));
    }

    /** Grayscale, as medical images are: the weights of an RGB network with fewer channels in the first and last layer. */
    @Test
    void networksOfOtherChannelsAreImportedWithTheirFlag() throws IOException {
        Path gray = folder.resolve("gray.safetensors");
        Files.write(gray, grayscale().toByteArray());
        ObjectNode flags = (ObjectNode) GoldenCase.json(network);
        Path file = folder.resolve("flags.json");
        Path out = folder.resolve("b");
        Object[] command = arguments("import", "--flags", file, "--weights", gray, "--out", out);
        Files.writeString(file, flags.toString());
        refused("made with in_channels 1 (input_blocks.0.0.weight takes 1 channel).", command);
        assertTrue(Files.notExists(out));

        Files.writeString(
                file, flags.put("in_channels", 1).put("out_channels", 2).toString());
        refused("made with in_channels 3", "import", "--flags", file, "--weights", weights, "--out", out);
        Path classifier = Golden.file("classifier-attention");
        refused(
                "The classifier takes images with 3 channels, the denoiser 1: guidance needs equal in_channels.",
                arguments(
                        command,
                        "--classifier-flags",
                        classifier + ".json",
                        "--classifier-weights",
                        classifier + ".pt"));
        succeeding(command);
        Manifest manifest = ModelBundle.load(out).manifest();
        assertEquals(1, manifest.channels());
        assertEquals(1, manifest.denoiser().get("in_channels").asInt());
        Path npz = folder.resolve("images.npz");
        succeeding("sample", "--bundle", out, "--steps", 2, "--samples", 2, "--out", npz);
        int size = manifest.imageSize();
        assertArrayEquals(
                new long[] {2, size, size, 1}, Npz.read(npz).get("arr_0").shape());

        Files.writeString(file, flags.put("out_channels", 6).toString());
        refused("With in_channels 1 and learn_sigma true the flag out_channels must be 1 or 2, not 6", command);
    }

    private SafetensorsBytes grayscale() {
        SafetensorsBytes gray = new SafetensorsBytes();
        try (Checkpoint checkpoint = Checkpoint.open(weights)) {
            for (String name : checkpoint.names()) {
                long[] shape = checkpoint.entry(name).shape();
                if (name.equals("input_blocks.0.0.weight")) {
                    shape[1] = 1;
                } else if (name.startsWith("out.2.")) {
                    shape[0] = 2;
                }
                float[] values = checkpoint.readFloat32(name).toFloatArray();
                int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
                gray.tensor(name, "F32", Arrays.toString(shape), SafetensorsBytes.floats(Arrays.copyOf(values, size)));
            }
        }
        return gray;
    }

    @Test
    void classNamesThatDoNotFitAreRefused() throws IOException {
        Path names = Files.writeString(folder.resolve("names.txt"), "cat\ndog\n");
        Path out = folder.resolve("b");
        for (String name : GoldenCase.networks("unet-")) {
            JsonNode flags = GoldenCase.json(name);
            int classes = flags.path("num_classes").asInt(1000);
            refused(
                    flags.path("class_cond").asBoolean()
                            ? names + " has 2 names, but the model has " + classes + " classes"
                            : "takes no labels: leave out --classes",
                    "import",
                    "--flags",
                    Golden.file(name + ".json"),
                    "--weights",
                    Golden.file(name + ".pt"),
                    "--classes",
                    names,
                    "--out",
                    out);
        }
        assertTrue(Files.notExists(out));
    }

    @Test
    void aReleasedModelSetsFlagsClassesAndSettings() {
        ReleasedModels released = ReleasedModels.load();
        ReleasedModel model = released.model("imagenet128");

        ImportPlan plan = ImportPlan.ofReleased(
                released, model, weights, weights, true, FetchFolder.of(folder, ProgressListener.silent()));

        assertEquals("imagenet128", plan.name());
        assertEquals(128, plan.denoiser().flags().get("image_size").asInt());
        assertEquals(
                128, plan.classifier().orElseThrow().flags().get("image_size").asInt());
        assertEquals(1000, plan.classes().size());
        assertEquals("imagenet128", plan.origin().get("released").asText());
        assertEquals(0.5, plan.origin().at("/recommended/0/classifier_scale").asDouble());
        assertEquals("ddim25", plan.origin().at("/recommended/1/steps").asText());
        assertTrue(ImportPlan.ofReleased(
                        released, model, weights, null, false, FetchFolder.of(folder, ProgressListener.silent()))
                .classifier()
                .isEmpty());
        assertTrue(ImportPlan.ofReleased(
                        released,
                        released.model("lsun-cat"),
                        weights,
                        null,
                        true,
                        FetchFolder.of(folder, ProgressListener.silent()))
                .classes()
                .isEmpty());
    }

    @Test
    void whatIsNotFetchedOrChangedIsSaid() throws IOException {
        Object[] fetched = arguments("import", "--model", "lsun-horse", "--dir", folder, "--out", folder.resolve("b"));
        refused(folder.resolve("lsun_horse.pt") + "; 'harness fetch' downloads it", fetched);

        Path file = folder.resolve("lsun_horse.pt");
        Files.write(file, new byte[100]);
        refused("truncated", fetched);

        // Sparse, so that it is as long as the published one without taking space.
        try (RandomAccessFile hollow = new RandomAccessFile(file.toFile(), "rw")) {
            hollow.setLength(1_200_000_000);
        }
        Files.writeString(
                folder.resolve("lsun_horse.pt.json"),
                "{\"source\":\"s\",\"bytes\":7,\"sha256\":\"\",\"fetched\":\"2026-01-01T00:00:00Z\"}");
        refused("1200000000 bytes instead of 7", fetched);
    }

    @Test
    void weightsThatDoNotFitAreExplained() {
        Path out = folder.resolve("b");
        refused(
                "they are similar to no released model",
                "import",
                "--model",
                "lsun-cat",
                "--weights",
                weights,
                "--out",
                out);
        refused(
                "do not fit imagenet64: ",
                "import",
                "--model",
                "imagenet64",
                "--no-classifier",
                "--weights",
                weights,
                "--out",
                out);
        refused("About the weights in", "import", "--weights", weights, "--out", out);
        assertTrue(Files.notExists(out));
    }

    @Test
    void optionsThatDoNotGoTogetherAreRefused() {
        Path flags = Golden.file(network + ".json");
        Path out = folder.resolve("b");
        refused("--model knows the flags", "import", "--model", "lsun-cat", "--flags", flags, "--out", out);
        refused("did you mean lsun-cat", "import", "--model", "lsun-cats", "--out", out);
        refused("Say which network", "import", "--out", out);
        refused("--flags needs --weights", "import", "--flags", flags, "--out", out);
        refused(
                "No classifier was released",
                "import",
                "--model",
                "lsun-cat",
                "--weights",
                weights,
                "--classifier-weights",
                weights,
                "--out",
                out);
    }
}
