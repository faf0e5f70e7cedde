package io.adm4j.harness.metrics;

import dev.ludovic.netlib.lapack.JavaLAPACK;
import dev.ludovic.netlib.lapack.LAPACK;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.netlib.util.intW;

/**
 * Eigenvalues of symmetric matrices: by the machine's own LAPACK (OpenBLAS, MKL) where there is one, else by the one in
 * Java, some ten times slower.
 */
final class SymmetricEigenvalues {
    private static final String LIBRARY = "liblapack.so.3";
    private static final String CHOSEN = "dev.ludovic.netlib.lapack.nativeLib";
    /** Held, because a logger that nobody holds loses its level. */
    private static final Logger CHATTER = Logger.getLogger("dev.ludovic.netlib.lapack.InstanceBuilder");

    private SymmetricEigenvalues() {}

    /**
     * @param matrix n x n elements; overwritten
     * @return n eigenvalues, ascending
     */
    static double[] of(double[] matrix, int n) {
        double[] eigenvalues = new double[n];
        double[] work = new double[2 * n + 1 + 64 * n];
        intW info = new intW(0);
        lapack().dsyevd("N", "L", n, matrix, n, eigenvalues, work, work.length, new int[1], 1, info);
        if (info.val != 0) {
            throw new IllegalStateException(
                    "The eigenvalues of a covariance did not converge (dsyevd says " + info.val + ").");
        }
        return eigenvalues;
    }

    private static LAPACK lapack() {
        CHATTER.setLevel(Level.OFF);
        // Asked only where a library is likely: the search for a missing one complains on standard error.
        return System.getProperty(CHOSEN) != null || System.getProperty(CHOSEN + "Path") != null || isInstalled()
                ? LAPACK.getInstance()
                : JavaLAPACK.getInstance();
    }

    private static boolean isInstalled() {
        return Arrays.stream(System.getProperty("java.library.path", "").split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .anyMatch(folder -> Files.exists(Path.of(folder, LIBRARY)));
    }
}
