package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.io.Npz;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tests run on ONNX Runtime's CPU build: asked for CUDA, every command says so and leaves nothing behind. */
class MissingDeviceTest {
    private static final int SIZE = 8;

    @TempDir
    Path folder;

    @Test
    void everyCommandRefusesCuda() throws IOException {
        Path bundle = folder.resolve("bundle");
        TinyBundle.write(bundle, SIZE, true, List.of("a", "b"));
        Path images = folder.resolve("pictures.npz");
        Npz.write(
                images,
                Map.of(
                        "arr_0", Tensor.zeros(ElementType.UINT8, 4, SIZE, SIZE, 3),
                        "arr_1", Tensor.of(new long[] {0, 1, 0, 1}, 4)));
        Path features = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        Path flags = Files.writeString(
                folder.resolve("flags.json"), "{\"image_size\": 8, \"num_channels\": 32, \"channel_mult\": \"1\"}");
        Path classifierFlags = Files.writeString(
                folder.resolve("classifier-flags.json"),
                "{\"image_size\": 8, \"channel_mult\": \"1\", \"classifier_width\": 32}");
        Path out = folder.resolve("out");

        cuda("sample", "--bundle", bundle, "--out", out);
        cuda("run", bundle.resolve(ModelBundle.DENOISER), "--inputs", images, "--outputs", out);
        cuda("train", "diffusion", "--data", images, "--flags", flags, "--steps", 1, "--out", out);
        cuda("train", "classifier", "--data", images, "--flags", classifierFlags, "--steps", 1, "--out", out);
        cuda("eval", "--features", features, "--pictures", images, "--reference", images, "--out", out);
        cuda("bench", "--flags", flags, "--out", out);
        assertTrue(Files.notExists(out), "nothing is left behind");
    }

    private static void cuda(Object... arguments) {
        refused("no CUDA provider", CommandLineRun.arguments(arguments, "--device", "cuda"));
    }
}
