package io.adm4j.bundle;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/**
 * Who may make bundles: the public Ed25519 keys (RFC 8032) of which one must have signed a bundle's manifest, which lists the
 * checksums of all other files.
 *
 * <p>The signature is the file {@value #SIGNATURE} beside the manifest, 64 bytes as {@code openssl pkeyutl -sign -rawin}
 * writes them.
 */
public final class BundleKey {
    /** Name of the signature. */
    public static final String SIGNATURE = ModelBundle.MANIFEST + ".sig";

    static final String ALGORITHM = "Ed25519";
    static final int SIGNATURE_BYTES = 64;

    private static final String KIND = "PUBLIC KEY";
    private static final int LONGEST_INLINE = 4096;

    private final List<PublicKey> keys;

    private BundleKey(List<PublicKey> keys) {
        this.keys = keys;
    }

    /**
     * Reads public keys.
     *
     * @param setting a PEM file with one or more, or the keys themselves: PEM, or the base64 between its lines
     * @param name of the setting, for messages
     * @throws UserError if these are no public Ed25519 keys
     */
    public static BundleKey of(String setting, String name) {
        String text = setting.strip();
        if (text.startsWith("-----BEGIN ")) {
            return parse(text, name);
        }
        if (text.length() < LONGEST_INLINE && Pem.isBase64(text) && !isFile(text)) {
            return parse(Pem.of(KIND, Base64.getDecoder().decode(text)), name);
        }
        try {
            return parse(Pem.read(Path.of(text)), name + " " + text);
        } catch (NoSuchFileException | InvalidPathException e) {
            throw new UserError(name + " must be a file with a public Ed25519 key in PEM, or its base64.", e);
        } catch (IOException e) {
            throw new UserError(name + " " + text + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private static boolean isFile(String text) {
        return Files.exists(Path.of(text));
    }

    private static BundleKey parse(String pem, String what) {
        List<byte[]> blocks = Pem.blocks(pem, KIND);
        if (blocks.isEmpty()) {
            throw new UserError(what + " has no public key in PEM ('-----BEGIN PUBLIC KEY-----')"
                    + (Pem.blocks(pem, SigningKey.KIND).isEmpty()
                            ? ""
                            : "; it has a private one, which belongs to whoever signs")
                    + ".");
        }
        return new BundleKey(blocks.stream().map(der -> key(der, what)).toList());
    }

    private static PublicKey key(byte[] der, String what) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new UserError(what + " is no public Ed25519 key: make one with harness sign --new-key.", e);
        }
    }

    /**
     * Checks who made a bundle.
     *
     * @param manifest the bytes of the manifest
     * @throws BundleException if none of the keys has signed it
     */
    void check(Path folder, byte[] manifest) {
        byte[] signature = signature(folder);
        // Java's implementation overlooks bytes beyond the end.
        if (signature.length != SIGNATURE_BYTES || keys.stream().noneMatch(key -> verifies(key, manifest, signature))) {
            throw new BundleException("The bundle " + folder + " cannot be trusted: " + SIGNATURE
                    + " is no signature of its " + ModelBundle.MANIFEST
                    + " with the key that is asked for; get it from its maker again, or sign it with harness sign.");
        }
    }

    private static byte[] signature(Path folder) {
        Path file = folder.resolve(SIGNATURE);
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(SIGNATURE_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new BundleException(
                    "The bundle " + folder + " cannot be trusted: it has no " + SIGNATURE
                            + ", but a signed one is asked for; sign it with harness sign.",
                    e);
        } catch (IOException e) {
            throw new BundleException(file + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private static boolean verifies(PublicKey key, byte[] manifest, byte[] signature) {
        try {
            Signature verification = Signature.getInstance(ALGORITHM);
            verification.initVerify(key);
            verification.update(manifest);
            return verification.verify(signature);
        } catch (GeneralSecurityException e) {
            // A signature of another length or form is none.
            return false;
        }
    }
}
