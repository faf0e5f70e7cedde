package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.graph.OnnxWeights;
import io.adm4j.export.importer.torch.Checkpoint;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.io.Npz;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upsampler from the command line: training, export, sampling with it. */
@Tag("training")
class TrainedUpsamplerTest {
    static final Object[] NETWORK = {
        "--large-size",
        8,
        "--small-size",
        4,
        "--num-channels",
        32,
        "--channel-mult",
        "1",
        "--attention-resolutions",
        8,
        "--num-head-channels",
        16,
        "--batch-size",
        4,
        "--lr-warmup-steps",
        0,
        "--threads",
        1
    };

    @TempDir
    Path folder;

    private Path data;
    private Path run;

    @BeforeEach
    void names() {
        data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        run = folder.resolve("run");
    }

    @Test
    void bothEnginesTrainItAlike() {
        Object[] options =
                arguments("train", "upsampler", NETWORK, "--microbatch", 3, "--data", data, "--steps", 3, "--engine");

        succeeding(arguments(options, "plain", "--out", run));
        succeeding(arguments(options, "ort", "--out", folder.resolve("ort")));

        assertArrayEquals(TinyRun.logged(folder.resolve("ort"), "loss"), TinyRun.logged(run, "loss"), 1e-5);
    }

    @Test
    void itIsTrainedResumedExportedAndSampledFrom() {
        Path whole = folder.resolve("whole");
        Object[] options = arguments(
                "train",
                "upsampler",
                NETWORK,
                "--dropout",
                0.2,
                "--microbatch",
                3,
                "--schedule-sampler",
                "loss-second-moment",
                "--data",
                data);
        succeeding(arguments(options, "--steps", 4, "--out", whole));
        succeeding(arguments(options, "--steps", 2, "--out", run));
        succeeding("train", "upsampler", "--resume", run, "--steps", 4, "--threads", 1);
        assertArrayEquals(TinyRun.logged(whole, "loss"), TinyRun.logged(run, "loss"), 1e-6);

        Path bundle = folder.resolve("bundle");
        succeeding("export", "--upsampler", run, "--ema-rate", 0, "--out", bundle);
        Manifest manifest = ModelBundle.load(bundle).manifest();
        assertEquals(4, manifest.smallSize().getAsInt());
        assertEquals(8, manifest.imageSize());
        assertEquals(3, manifest.classes().size());

        Path weights = folder.resolve("weights.pt");
        succeeding("export", "--upsampler", run, "--ema-rate", 0, "--weights", weights);
        OnnxWeights exported = OnnxWeights.open(bundle.resolve("denoiser.onnx"));
        try (Checkpoint read = Checkpoint.open(weights, Optional.empty())) {
            assertArrayEquals(
                    exported.readFloat32("out.2.weight").toFloatArray(),
                    read.readFloat32("out.2.weight").toFloatArray());
        }
        refused(
                "--weights takes the weights of one run",
                "export",
                "--upsampler",
                run,
                "--features",
                run,
                "--weights",
                weights);
        refused("either --out FOLDER", "export", "--upsampler", run);
        refused(".pt or .safetensors", "export", "--upsampler", run, "--weights", folder.resolve("weights.bin"));

        Path small = TinyRun.data(folder.resolve("small.npz"), 3, 3);
        Path out = folder.resolve("out.npz");
        succeeding(
                "sample",
                "--base-samples",
                small,
                "--upsampler",
                bundle,
                "--upsampler-steps",
                2,
                "--num-samples",
                2,
                "--out",
                out);
        assertArrayEquals(new long[] {2, 8, 8, 3}, Npz.read(out).get("arr_0").shape());

        Path tuned = folder.resolve("tuned");
        String started = succeeding(arguments(
                        "train",
                        "upsampler",
                        "--init-from",
                        bundle,
                        "--batch-size",
                        2,
                        "--threads",
                        1,
                        "--data",
                        data,
                        "--steps",
                        1,
                        "--out",
                        tuned))
                .err();
        assertTrue(started.matches("(?s).*Starting from .* (\\d+) of \\1 weight arrays taken.*"), started);
    }

    @Test
    void otherNetworksAreRefused() {
        Object[] few = {"--data", data, "--steps", 1, "--threads", 1};
        succeeding(arguments("train", "upsampler", NETWORK, few, "--out", run));
        refused("is one of 'train upsampler'", "export", "--denoiser", run, "--out", folder.resolve("b"));
        refused("either --denoiser RUN or --upsampler RUN", "export", "--out", folder.resolve("b"));
        refused(
                "large_size 8 must be a multiple of small_size 3",
                arguments("train", "upsampler", NETWORK, "--small-size", 3, few, "--out", folder.resolve("n")));
        refused(
                "give large_size and small_size",
                arguments("train", "upsampler", NETWORK, "--small-size", 0, few, "--out", folder.resolve("n")));
    }
}
