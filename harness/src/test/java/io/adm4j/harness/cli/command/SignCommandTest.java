package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.adm4j.bundle.BundleKey;
import io.adm4j.bundle.ModelBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignCommandTest {
    private static final Path EMBEDDED =
            Path.of(System.getProperty("adm4j.root", ".."), "harness", "bundles", "fashion-mnist-32");

    @TempDir
    Path folder;

    private Path bundle;

    @BeforeEach
    void copy() throws IOException {
        bundle = Files.createDirectory(folder.resolve("bundle"));
        try (Stream<Path> files = Files.list(EMBEDDED)) {
            for (Path file : files.toList()) {
                Files.copy(file, bundle.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void aNewKeySignsAndAnExistingOneSignsTheSame() throws IOException {
        Path key = folder.resolve("key.pem");
        succeeding("sign", "--new-key", key, bundle);
        byte[] signature = Files.readAllBytes(bundle.resolve(BundleKey.SIGNATURE));
        succeeding("sign", "--key", key, bundle);
        assertArrayEquals(signature, Files.readAllBytes(bundle.resolve(BundleKey.SIGNATURE)));
        BundleKey publicKey = BundleKey.of(key + ".pub", "key");
        assertTrue(ModelBundle.load(bundle, Optional.of(publicKey)).has(ModelBundle.DENOISER));
    }

    @Test
    void opensslVerifiesASignatureAndMakesKeys() throws IOException, InterruptedException {
        assumeTrue(run("openssl", "version") == 0, "openssl is not installed here.");
        Path key = folder.resolve("key.pem");
        assertEquals(0, run("openssl", "genpkey", "-algorithm", "ed25519", "-out", key.toString()));
        Path publicKey = folder.resolve("public.pem");
        assertEquals(0, run("openssl", "pkey", "-in", key.toString(), "-pubout", "-out", publicKey.toString()));
        succeeding("sign", "--key", key, bundle);
        assertEquals(0, verifyWithOpenssl(publicKey));
        ModelBundle.load(bundle, Optional.of(BundleKey.of(publicKey.toString(), "key")));

        Path own = folder.resolve("own.pem");
        succeeding("sign", "--new-key", own, bundle);
        assertEquals(0, verifyWithOpenssl(Path.of(own + ".pub")));
        Files.writeString(bundle.resolve(ModelBundle.MANIFEST), "{}");
        assertEquals(1, verifyWithOpenssl(Path.of(own + ".pub")));
    }

    @Test
    void wrongUseIsOneSentence() throws IOException {
        Path key = folder.resolve("key.pem");
        succeeding("sign", "--new-key", key);
        refused("exists already", "sign", "--new-key", key);
        refused("Name the BUNDLE to sign.", "sign", "--key", key);
        refused("has no private key", "sign", "--key", key + ".pub", bundle);
        refused("could not be read", "sign", "--key", folder.resolve("absent"), bundle);
        Files.write(bundle.resolve(ModelBundle.FEATURES), new byte[] {1});
        refused("is damaged: features.onnx has 1 bytes", "sign", "--key", key, bundle);
    }

    private int verifyWithOpenssl(Path publicKey) throws IOException, InterruptedException {
        return run(
                "openssl",
                "pkeyutl",
                "-verify",
                "-rawin",
                "-pubin",
                "-inkey",
                publicKey.toString(),
                "-in",
                bundle.resolve(ModelBundle.MANIFEST).toString(),
                "-sigfile",
                bundle.resolve(BundleKey.SIGNATURE).toString());
    }

    private static int run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            if (command.length == 2) {
                return -1;
            }
            throw e;
        }
    }
}
