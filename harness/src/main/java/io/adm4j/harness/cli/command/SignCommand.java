package io.adm4j.harness.cli.command;

import io.adm4j.bundle.SigningKey;
import io.adm4j.feedback.UserError;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Signs bundles. */
@Command(
        name = "sign",
        description =
                "Signs a bundle, so that a function with the setting adm4j.bundle-key takes it: compares all files"
                        + " with their checksums, then writes model.json.sig, an Ed25519 signature of model.json, which has these"
                        + " checksums.",
        footer = {
            "",
            "Keys and signatures are those of openssl: 'openssl genpkey -algorithm ed25519' makes a key too, and",
            "'openssl pkeyutl -verify -rawin -pubin -inkey KEY.pub -in model.json -sigfile model.json.sig' verifies."
        })
public final class SignCommand implements Runnable {
    @ArgGroup(multiplicity = "1")
    private Key key;

    @Parameters(paramLabel = "BUNDLE", arity = "0..1", description = "Folder of the bundle to sign.")
    private Path bundle;

    @Spec
    private CommandSpec spec;

    /** The key that signs, or a new one. */
    static final class Key {
        @Option(
                names = "--key",
                paramLabel = "FILE",
                required = true,
                description = "The private key: PKCS#8 in PEM, not encrypted.")
        private Path existing;

        @Option(
                names = "--new-key",
                paramLabel = "FILE",
                required = true,
                description = "Make a key first: the private one in FILE, which only you can read, the public one in"
                        + " FILE.pub. A bundle may be left out then.")
        private Path created;
    }

    @Override
    public void run() {
        if (bundle == null && key.created == null) {
            throw new UserError("Name the BUNDLE to sign.");
        }
        PrintWriter out = spec.commandLine().getOut();
        if (key.created != null) {
            Path publicKey = SigningKey.create(key.created);
            out.println("New key " + key.created + ", and " + publicKey + " for those who verify.");
        }
        if (bundle != null) {
            out.println(SigningKey.read(key.created == null ? key.existing : key.created)
                    .sign(bundle));
        }
        out.flush();
    }
}
