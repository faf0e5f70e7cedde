package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.Version;
import java.io.IOException;
import java.io.Serializable;
import java.net.URISyntaxException;

/**
 * The build of adm4j in a process. Driver and executors must have the same, since images and figures are those of one build.
 *
 * @param name version and commit
 */
record JarBuild(String name) implements Serializable {
    /** The build of this process. */
    static JarBuild here() {
        try {
            return new JarBuild(Version.adm4j());
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("The jar of the harness could not be read.", e);
        }
    }

    /**
     * Compares a driver's build with that of this executor.
     *
     * @throws UserError if they differ
     */
    void requireHere() {
        JarBuild here = here();
        if (!here.equals(this)) {
            throw new UserError("The driver has adm4j " + name + ", the executor " + ExecutorState.name() + " has "
                    + here.name + ": remove other versions of its jars from the executors' class path.");
        }
    }
}
