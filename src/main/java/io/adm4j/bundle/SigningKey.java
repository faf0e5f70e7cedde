package io.adm4j.bundle;

import io.adm4j.feedback.UserError;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Set;

/** Signs bundles with a private Ed25519 key, see {@link BundleKey}. */
public final class SigningKey {
    static final String KIND = "PRIVATE KEY";

    private final PrivateKey key;

    private SigningKey(PrivateKey key) {
        this.key = key;
    }

    /**
     * Makes a pair of keys: the private one in a new file that only this user can read (PKCS#8 in PEM), the public one beside
     * it.
     *
     * @return the file of the public key
     * @throws UserError if a file exists already or cannot be written
     */
    public static Path create(Path file) {
        Path publicFile = file.resolveSibling(file.getFileName() + ".pub");
        try {
            if (Files.exists(publicFile)) {
                throw new FileAlreadyExistsException(publicFile.toString());
            }
            KeyPair pair = KeyPairGenerator.getInstance(BundleKey.ALGORITHM).generateKeyPair();
            writePrivately(file, Pem.of(KIND, pair.getPrivate().getEncoded()));
            Files.writeString(
                    publicFile, Pem.of("PUBLIC KEY", pair.getPublic().getEncoded()), StandardOpenOption.CREATE_NEW);
            return publicFile;
        } catch (FileAlreadyExistsException e) {
            throw new UserError(e.getMessage() + " exists already: name another file for the new key.", e);
        } catch (IOException e) {
            throw new UserError("The key " + file + " could not be written: " + e.getMessage() + ".", e);
        } catch (GeneralSecurityException e) {
            throw unavailable(e);
        }
    }

    private static void writePrivately(Path file, String text) throws IOException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] permissions = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Set<OpenOption> isNew = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (SeekableByteChannel channel = Files.newByteChannel(file, isNew, permissions)) {
            channel.write(StandardCharsets.US_ASCII.encode(text));
        }
    }

    /**
     * Reads a private key.
     *
     * @param file PKCS#8 in PEM, not encrypted
     * @throws UserError if it is no private Ed25519 key
     */
    public static SigningKey read(Path file) {
        try {
            List<byte[]> blocks = Pem.blocks(Pem.read(file), KIND);
            if (blocks.size() != 1) {
                throw new UserError("The key " + file + " has no private key in PEM ('-----BEGIN PRIVATE KEY-----',"
                        + " not encrypted): make one with harness sign --new-key.");
            }
            return new SigningKey(KeyFactory.getInstance(BundleKey.ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(blocks.get(0))));
        } catch (IOException e) {
            throw new UserError("The key " + file + " could not be read: " + e.getMessage() + ".", e);
        } catch (GeneralSecurityException e) {
            throw new UserError(
                    "The key " + file + " is no private Ed25519 key: make one with harness sign --new-key.", e);
        }
    }

    /**
     * Signs a bundle after all of its files were checked; an older signature is replaced.
     *
     * @return the file of the signature
     * @throws BundleException if the bundle is damaged
     * @throws UserError if the signature cannot be written
     */
    public Path sign(Path bundle) {
        ModelBundle loaded = ModelBundle.load(bundle);
        loaded.verify();
        Path file = bundle.resolve(BundleKey.SIGNATURE);
        try {
            byte[] manifest = Files.readAllBytes(bundle.resolve(ModelBundle.MANIFEST));
            if (!Sha256.of(manifest).equals(loaded.digest())) {
                throw new BundleException("The bundle " + bundle + " changed while it was checked: sign it again.");
            }
            byte[] signature = signed(manifest);
            AtomicFile.write(file, part -> Files.write(part, signature));
            return file;
        } catch (IOException e) {
            throw new UserError("The signature " + file + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    byte[] signed(byte[] manifest) {
        try {
            Signature signature = Signature.getInstance(BundleKey.ALGORITHM);
            signature.initSign(key);
            signature.update(manifest);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw unavailable(e);
        }
    }

    private static IllegalStateException unavailable(GeneralSecurityException e) {
        return new IllegalStateException("Every Java platform has Ed25519.", e);
    }
}
