package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.sampling.Share;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which share of a run this process takes, where several share it, on one machine or several with a common folder. */
public final class PartOption {
    @Option(
            names = "--part",
            paramLabel = "I/N",
            converter = ShareConverter.class,
            description =
                    "Compute only the I-th of N equal shares of the batches and keep them beside --out, as N processes do in"
                            + " any order or at the same time; then the same command without --part joins them.")
    private Share share;

    /** The share to compute, if only one is. */
    public Optional<Share> share() {
        return Optional.ofNullable(share);
    }

    /**
     * Checks that finished batches are kept, if only a share is computed.
     *
     * @param kept whether they are
     * @throws UserError if they are not
     */
    public void requireKept(boolean kept) {
        if (share != null && !kept) {
            throw new UserError("--part keeps its batches beside --out until all are joined: give --out too.");
        }
    }

    /**
     * Says that this part is done, and how to join.
     *
     * @param done what was computed
     * @param folder where all parts are kept
     */
    public void print(String done, Path folder, PrintWriter console) {
        console.println("Part " + share + ": " + done + ", kept in " + folder
                + ". When all parts are there, the same command without --part joins them.");
        console.flush();
    }
}
