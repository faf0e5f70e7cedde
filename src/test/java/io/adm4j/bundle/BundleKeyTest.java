package io.adm4j.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BundleKeyTest {
    private static final String SETTING = "adm4j.bundle-key";

    @TempDir
    Path parent;

    private Path folder;
    private Path privateKey;
    private Path publicKey;

    @BeforeEach
    void write() throws IOException {
        folder = parent.resolve("bundle");
        TinyBundle.write(folder, 8, true, List.of("a", "b"));
        privateKey = parent.resolve("key.pem");
        publicKey = SigningKey.create(privateKey);
    }

    @Test
    void aSignedBundleIsAcceptedAndNoOther() throws IOException {
        assertRefused(publicKey.toString(), "it has no model.json.sig");
        Path signature = SigningKey.read(privateKey).sign(folder);
        assertEquals(folder.resolve("model.json.sig"), signature);
        assertEquals("tiny", load(publicKey.toString()).manifest().name());
        assertEquals(
                "tiny", ModelBundle.load(folder, Optional.empty()).manifest().name());

        byte[] right = Files.readAllBytes(signature);
        assertEquals(64, right.length);
        for (byte[] wrong : List.of(new byte[0], new byte[64], Arrays.copyOf(right, 63), Arrays.copyOf(right, 65))) {
            Files.write(signature, wrong);
            assertRefused(publicKey.toString(), "is no signature of its model.json");
        }
        Files.write(signature, right);
        Path manifest = folder.resolve("model.json");
        Files.writeString(manifest, Files.readString(manifest) + " ");
        assertRefused(publicKey.toString(), "is no signature of its model.json");
        SigningKey.read(privateKey).sign(folder);
        load(publicKey.toString());
        assertRefused(SigningKey.create(parent.resolve("other.pem")).toString(), "is no signature");
    }

    @Test
    void aKeyIsAFileOrItsText() throws IOException {
        SigningKey.read(privateKey).sign(folder);
        String pem = Files.readString(publicKey);
        String base64 = pem.lines().skip(1).findFirst().orElseThrow();
        load(pem);
        load(base64);
        load(" " + base64 + "\n");
        Path several = parent.resolve("several.pem");
        Files.writeString(
                several, "For last year:\n" + Files.readString(SigningKey.create(parent.resolve("old"))) + pem);
        load(several.toString());
    }

    @Test
    void whatIsNoKeyIsRefused() throws IOException {
        assertNoKey(Files.readString(privateKey), "has no public key in PEM");
        assertNoKey(privateKey.toString(), "it has a private one, which belongs to whoever signs");
        assertNoKey(parent.resolve("nowhere.pem").toString(), "must be a file with a public Ed25519 key");
        assertNoKey("a\0b", "must be a file with a public Ed25519 key");
        assertNoKey("AAAA", "is no public Ed25519 key");
        assertNoKey(parent.toString(), "could not be read");
        UserError refusal = assertThrows(UserError.class, () -> SigningKey.read(publicKey));
        assertTrue(refusal.getMessage().contains("has no private key in PEM"), refusal.getMessage());
        Path broken = Files.writeString(parent.resolve("broken"), Pem.of("PRIVATE KEY", new byte[48]));
        refusal = assertThrows(UserError.class, () -> SigningKey.read(broken));
        assertTrue(refusal.getMessage().contains("is no private Ed25519 key"), refusal.getMessage());
    }

    @Test
    void aDamagedBundleIsNotSigned() throws IOException {
        Path denoiser = folder.resolve(ModelBundle.DENOISER);
        byte[] bytes = Files.readAllBytes(denoiser);
        bytes[7] ^= 1;
        Files.write(denoiser, bytes);
        SigningKey key = SigningKey.read(privateKey);
        assertThrows(BundleException.class, () -> key.sign(folder));
        assertTrue(Files.notExists(folder.resolve(BundleKey.SIGNATURE)));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aNewKeyIsPrivateAndReplacesNone() throws IOException {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(privateKey)));
        String before = Files.readString(privateKey);
        UserError refusal = assertThrows(UserError.class, () -> SigningKey.create(privateKey));
        assertTrue(refusal.getMessage().contains("exists already"), refusal.getMessage());
        assertEquals(before, Files.readString(privateKey));
    }

    /** Test 3 of RFC 8032, section 7.1, with the key as openssl writes it. */
    @Test
    void signaturesAreThoseOfTheStandard() throws IOException {
        byte[] seed = HexFormat.of().parseHex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
        byte[] der = new byte[48];
        byte[] prefix = HexFormat.of().parseHex("302e020100300506032b657004220420");
        System.arraycopy(prefix, 0, der, 0, 16);
        System.arraycopy(seed, 0, der, 16, 32);
        Path file = Files.writeString(parent.resolve("rfc"), Pem.of("PRIVATE KEY", der));
        assertArrayEquals(
                HexFormat.of()
                        .parseHex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
                SigningKey.read(file).signed(new byte[] {(byte) 0xaf, (byte) 0x82}));
    }

    private ModelBundle load(String key) {
        return ModelBundle.load(folder, Optional.of(BundleKey.of(key, SETTING)));
    }

    private void assertRefused(String key, String part) {
        String message = assertThrows(BundleException.class, () -> load(key)).getMessage();
        assertTrue(message.contains(part) && message.endsWith(".") && !message.contains("\n"), message);
    }

    private static void assertNoKey(String setting, String part) {
        String message = assertThrows(UserError.class, () -> BundleKey.of(setting, SETTING))
                .getMessage();
        assertTrue(
                message.startsWith(SETTING)
                        && message.contains(part)
                        && message.endsWith(".")
                        && !message.contains("\n"),
                message);
    }
}
