package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.importer.torch.SafetensorsBytes;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.harness.training.engine.SavedWeights;
import io.adm4j.io.FileTree;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Training that starts from the weights of a bundle, of another run or of a checkpoint file. */
@Tag("training")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FineTuningTest {
    private static final Object[] OPTIMIZATION = {
        "--batch-size", 4, "--lr", 1e-2, "--lr-warmup-steps", 0, "--ema-rate", 0.5, "--threads", 1
    };

    private Path folder;
    private Path data;
    private Path denoiser;
    private Path classifier;
    private Path bundle;
    private Object[] diffusion;

    @BeforeAll
    void trainTheSource(@TempDir Path temporary) {
        folder = temporary;
        data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        denoiser = folder.resolve("denoiser");
        classifier = folder.resolve("classifier");
        bundle = folder.resolve("bundle");
        Object[] run = {OPTIMIZATION, "--num-classes", 3, "--steps", 4, "--data", data};
        succeeding(arguments("train", "diffusion", TinyRun.denoiser(), arguments(run), "--out", denoiser));
        succeeding(arguments("train", "classifier", TinyRun.classifier(), arguments(run), "--out", classifier));
        succeeding("export", "--denoiser", denoiser, "--classifier", classifier, "--out", bundle);
        diffusion = arguments("train", "diffusion", OPTIMIZATION, "--steps", 1, "--data", data);
    }

    @Test
    void theFirstLossIsThatOfTheSourceOnTheSameBatch() throws IOException {
        double expected = firstLoss(denoiser, "diffusion");

        assertEquals(expected, firstLossFrom(denoiser, "--init-ema-rate", 0), 1e-6);
        assertEquals(expected, firstLossFrom(safetensors(denoiser)), 1e-6);
        Path raw = folder.resolve("raw");
        succeeding("export", "--denoiser", denoiser, "--ema-rate", 0, "--out", raw);
        assertEquals(expected, firstLossFrom(raw), 1e-6);
        double fresh = TinyRun.logged(denoiser, "loss")[0];
        assertTrue(Math.abs(fresh - expected) > 0.05, fresh + " without the weights, with them " + expected);
        // The averages are those that the bundle was exported with.
        double averages = firstLossFrom(denoiser);
        assertNotEquals(expected, averages, 1e-4);
        assertEquals(averages, firstLossFrom(bundle), 1e-6);
    }

    @Test
    void aClassifierStartsFromABundleAndFromARun() throws IOException {
        double expected = firstLoss(classifier, "classifier");
        Object[] options = arguments("train", "classifier", OPTIMIZATION, "--steps", 1, "--data", data);
        Path fromRun = out();
        Path fromBundle = out();

        succeeding(arguments(options, "--init-from", classifier, "--init-ema-rate", 0, "--out", fromRun));
        succeeding(arguments(options, "--init-from", bundle, "--out", fromBundle));

        assertEquals(expected, TinyRun.logged(fromRun, "loss")[0], 1e-6);
        assertNotEquals(expected, TinyRun.logged(fromBundle, "loss")[0], 1e-6, "the averages");
        assertEquals(32, flags(fromBundle).get("classifier_width").asInt());
    }

    @Test
    void anotherNumberOfClassesStartsFreshAndIsReported() {
        Path run = out();
        Path five = TinyRun.data(folder.resolve("five.npz"), 10, 5);

        String report = succeeding(arguments(
                        diffusion,
                        "--init-from",
                        denoiser,
                        "--num-classes",
                        5,
                        "--data",
                        five,
                        "--steps",
                        4,
                        "--out",
                        run))
                .err();

        int arrays = weights(denoiser).size();
        assertTrue(
                report.contains(
                        "Starting from " + denoiser + ": " + (arrays - 1) + " of " + arrays + " weight arrays taken."),
                report);
        assertTrue(
                report.contains(
                        "Starting fresh: 1 of another shape (label_emb.weight [3, 128] where the network has [5, 128])."),
                report);
        assertFalse(report.contains("Not used"), report);
        JsonNode origin = new RunFolder(run).description().get("init_from");
        assertEquals(arrays - 1, origin.get("taken").asInt());
        assertEquals("label_emb.weight", origin.at("/fresh/0").asText());
        assertEquals(1, origin.get("fresh").size());
        Path exported = out();
        succeeding("export", "--denoiser", run, "--out", exported);
        JsonNode provenance = ModelBundle.load(exported).manifest().provenance().at("/denoiser/init_from");
        assertEquals(origin.get("sha256"), provenance.get("sha256"));
        assertFalse(provenance.has("run"), "no paths of this machine");
    }

    @Test
    void aClassifierOfOtherClassesKeepsItsBody() {
        Path run = out();
        Path two = TinyRun.data(folder.resolve("two.npz"), 6, 2);

        String report = succeeding(arguments(
                        "train",
                        "classifier",
                        OPTIMIZATION,
                        "--init-from",
                        bundle,
                        "--num-classes",
                        2,
                        "--steps",
                        4,
                        "--data",
                        two,
                        "--out",
                        run))
                .err();

        assertTrue(report.contains("Starting fresh: 2 of another shape (out.2.c_proj.weight [3, "), report);
    }

    @Test
    void labelsThatAreNotWantedAreNotUsed() {
        Path run = out();

        String report = succeeding(arguments(
                        diffusion, "--init-from", denoiser, "--class-cond", false, "--steps", 4, "--out", run))
                .err();

        assertTrue(report.contains("Not used: 1 unexpected (label_emb.weight [3, 128])."), report);
        assertFalse(report.contains("Starting fresh"), report);
    }

    @Test
    void theSourcesFlagsAreTheDefaultsAndGivenOptionsWin() throws IOException {
        Path run = out();
        Path fromFile = out();
        Path file = Files.writeString(folder.resolve("flags.json"), "{\"noise_schedule\": \"linear\"}");

        succeeding(arguments(diffusion, "--init-from", bundle, "--dropout", 0.25, "--flags", file, "--out", run));
        succeeding(arguments(
                diffusion,
                TinyRun.denoiser(),
                "--num-classes",
                3,
                "--init-from",
                safetensors(denoiser),
                "--out",
                fromFile));

        JsonNode source = flags(denoiser);
        for (String flag : new String[] {"image_size", "num_channels", "channel_mult", "num_classes", "learn_sigma"}) {
            assertEquals(source.get(flag), flags(run).get(flag), flag);
        }
        assertEquals(0.25, flags(run).get("dropout").asDouble());
        assertEquals("linear", flags(run).get("noise_schedule").asText());
        assertFalse(flags(run).has("use_fp16"));
    }

    @Test
    void theRunRecordsWhereItStarted() throws IOException {
        Path fromRun = out();
        Path fromBundle = out();
        Path fromFile = out();
        Path file = safetensors(denoiser);
        Object[] network = arguments(TinyRun.denoiser(), "--num-classes", 3);

        succeeding(arguments(diffusion, "--init-from", denoiser, "--out", fromRun));
        succeeding(arguments(diffusion, "--init-from", bundle, "--out", fromBundle));
        succeeding(arguments(diffusion, network, "--init-from", file, "--out", fromFile));

        JsonNode run = new RunFolder(fromRun).description().get("init_from");
        assertEquals(denoiser.toString(), run.get("run").asText());
        assertEquals(4, run.get("step").asInt());
        assertEquals(0.5, run.get("ema_rate").asDouble());
        assertEquals(
                SavedWeights.read(new RunFolder(denoiser).require().folder()).sha256(),
                run.get("sha256").asText());
        JsonNode ofBundle = new RunFolder(fromBundle).description().get("init_from");
        assertEquals(bundle.toString(), ofBundle.get("bundle").asText());
        assertEquals(
                Sha256.of(bundle.resolve("model.json")), ofBundle.get("sha256").asText());
        JsonNode ofFile = new RunFolder(fromFile).description().get("init_from");
        assertEquals(file.toString(), ofFile.get("file").asText());
        assertEquals(Sha256.of(file), ofFile.get("sha256").asText());
    }

    @Test
    void halfPrecisionBundlesAreWidened() throws IOException {
        Path half = out();
        Path run = out();
        succeeding("export", "--denoiser", denoiser, "--ema-rate", 0, "--precision", "fp16", "--out", half);

        succeeding(arguments(diffusion, "--init-from", half, "--out", run));

        assertEquals(firstLoss(denoiser, "diffusion"), TinyRun.logged(run, "loss")[0], 5e-3);
    }

    @Test
    void sourcesThatCannotBeUsedAreRefusedAndLeaveNothing() throws IOException {
        Path run = out();
        Object[] from = arguments(diffusion, "--out", run, "--init-from");
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Path text = Files.writeString(folder.resolve("text.pt"), "no checkpoint");
        Path noClassifier = out();
        succeeding("export", "--denoiser", denoiser, "--out", noClassifier);
        Object[] toClassifier = {"train", "classifier", "--steps", 1, "--data", data, "--out", run, "--init-from"};

        refused("There is no file or folder", arguments(from, folder.resolve("none")));
        refused("neither a bundle", arguments(from, empty));
        refused("PyTorch checkpoint", arguments(from, text));
        refused("is a run of 'train classifier'", arguments(from, classifier));
        refused("is a run of 'train diffusion'", arguments(toClassifier, denoiser));
        refused("has no classifier to start from", arguments(toClassifier, noClassifier));
        refused("no moving average of rate 0.9", arguments(from, denoiser, "--init-ema-rate", 0.9));
        refused("leave it out", arguments(from, bundle, "--init-ema-rate", 0.5));
        refused("is a folder: leave it out", arguments(from, bundle, "--entry", "ema"));
        refused("--init-from FILE", arguments(diffusion, "--out", run, "--entry", "ema"));
        refused("--init-from RUN", arguments(diffusion, "--out", run, "--init-ema-rate", 0.5));
        refused(
                "--init-from is fixed",
                "train",
                "diffusion",
                "--resume",
                denoiser,
                "--steps",
                5,
                "--init-from",
                bundle);
        assertFalse(Files.exists(run));
    }

    @Test
    void prefixesOfWrappersAreStripped() throws IOException {
        Map<String, Tensor> wrapped = new LinkedHashMap<>();
        weights(denoiser).forEach((name, weight) -> wrapped.put("ema_model.module." + name, weight));
        Path file = Files.write(
                folder.resolve("wrapped.safetensors"), bytes(wrapped).toByteArray());

        assertEquals(firstLoss(denoiser, "diffusion"), firstLossFrom(file), 1e-6);
    }

    @Test
    void weightsOfAnotherNetworkAreRefusedAsImportDoes() {
        Path run = out();

        refused(
                "do not fit the network that the flags describe",
                arguments(diffusion, "--init-from", denoiser, "--num-channels", 64, "--out", run));

        assertFalse(Files.exists(run));
    }

    @Test
    void weightsThatAreNotFiniteAreRefused() throws IOException {
        Path run = out();
        Map<String, Tensor> broken = new LinkedHashMap<>(weights(denoiser));
        broken.put("out.2.bias", Tensor.of(new float[] {0, Float.NaN, 0, 0, 0, 0}, 6));
        Path file = Files.write(folder.resolve("nan.safetensors"), bytes(broken).toByteArray());

        refused(
                "The weights 'out.2.bias' of " + file,
                arguments(diffusion, TinyRun.denoiser(), "--num-classes", 3, "--init-from", file, "--out", run));

        assertFalse(Files.exists(run));
    }

    private Path out() {
        return folder.resolve("out-" + System.nanoTime());
    }

    private static JsonNode flags(Path run) {
        return new RunFolder(run).description().get("flags");
    }

    private static Map<String, Tensor> weights(Path run) {
        return SavedWeights.read(new RunFolder(run).require().folder()).weights();
    }

    private double firstLossFrom(Path source, Object... more) {
        Path run = out();
        Object[] network =
                Files.isDirectory(source) ? new Object[0] : arguments(TinyRun.denoiser(), "--num-classes", 3);
        succeeding(arguments(diffusion, network, OPTIMIZATION, "--init-from", source, more, "--out", run));
        return TinyRun.logged(run, "loss")[0];
    }

    /** The loss of a run's last weights on its first batch: its folder, with these weights as those of step 0. */
    private double firstLoss(Path run, String kind) throws IOException {
        Path copy = out();
        Files.createDirectories(copy);
        Files.copy(run.resolve("run.json"), copy.resolve("run.json"));
        TrainingSettings settings =
                TrainingSettings.fromJson(new RunFolder(run).description().get("training"));
        EngineKind engine = EngineKind.of(new RunFolder(run).require().folder());
        new RunFolder(copy).save(0, 0, start -> engine.start(start, weights(run), settings.emaRates()));
        succeeding("train", kind, "--resume", copy, "--steps", 1, "--threads", 1);
        double loss = TinyRun.logged(copy, "loss")[0];
        FileTree.delete(copy);
        return loss;
    }

    private Path safetensors(Path run) throws IOException {
        Path file = folder.resolve("weights-" + System.nanoTime() + ".safetensors");
        return Files.write(file, bytes(weights(run)).toByteArray());
    }

    private static SafetensorsBytes bytes(Map<String, Tensor> weights) {
        SafetensorsBytes bytes = new SafetensorsBytes();
        weights.forEach((name, weight) -> bytes.tensor(
                name, "F32", Arrays.toString(weight.shape()), SafetensorsBytes.floats(weight.toFloatArray())));
        return bytes;
    }
}
