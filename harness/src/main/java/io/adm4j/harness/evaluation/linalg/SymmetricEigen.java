package io.adm4j.harness.evaluation.linalg;

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
 * Eigenvalues of a symmetric matrix, ascending, and its eigenvectors: by the machine's own LAPACK (OpenBLAS, MKL) where
 * there is one, else by the one in Java, several times slower. On Debian and Ubuntu
 * {@code apt install libopenblas0-pthread} puts OpenBLAS where it is found; the system property
 * {@code adm4j.lapack=java} keeps to Java.
 *
 * @param vectors n x n elements; vector {@code e}, of length 1, begins at {@code e * n}
 */
public record SymmetricEigen(double[] values, double[] vectors) {
    private static final String LIBRARY = "liblapack.so.3";
    private static final String KEPT = "adm4j.lapack";
    private static final String ALLOWED = "dev.ludovic.netlib.lapack.allowNative";
    private static final String CHOSEN = "dev.ludovic.netlib.lapack.nativeLib";
    /** Held, because a logger that nobody holds loses its level. */
    private static final Logger CHATTER = Logger.getLogger("dev.ludovic.netlib.lapack.InstanceBuilder");

    /**
     * Values and vectors.
     *
     * @param matrix n x n elements; overwritten
     */
    public static SymmetricEigen of(double[] matrix, int n) {
        double[] values = new double[n];
        solve("V", matrix, n, values, 1 + 6 * n + 2 * n * n, 3 + 5 * n);
        return new SymmetricEigen(values, matrix);
    }

    /**
     * Values alone, at a fraction of the cost.
     *
     * @param matrix n x n elements; overwritten
     * @return n eigenvalues, ascending
     */
    public static double[] values(double[] matrix, int n) {
        double[] values = new double[n];
        solve("N", matrix, n, values, 2 * n + 1 + 64 * n, 1);
        return values;
    }

    /** Where the eigenvalues come from: the library, or Java. */
    public static String implementation() {
        return lapack() instanceof JavaLAPACK ? "Java" : "native LAPACK";
    }

    private static void solve(String job, double[] matrix, int n, double[] values, int work, int integers) {
        intW info = new intW(0);
        lapack().dsyevd(job, "L", n, matrix, n, values, new double[work], work, new int[integers], integers, info);
        if (info.val != 0) {
            throw new IllegalStateException(
                    "The eigenvalues of a covariance did not converge (dsyevd says " + info.val + ").");
        }
    }

    private static LAPACK lapack() {
        CHATTER.setLevel(Level.OFF);
        if (!isWanted()) {
            // Its classes would look for a library all the same, and complain on standard error that there is none.
            System.setProperty(ALLOWED, "false");
            return JavaLAPACK.getInstance();
        }
        return LAPACK.getInstance();
    }

    private static boolean isWanted() {
        return !System.getProperty(KEPT, "").equals("java")
                && (System.getProperty(CHOSEN) != null || System.getProperty(CHOSEN + "Path") != null || isInstalled());
    }

    private static boolean isInstalled() {
        return Arrays.stream(System.getProperty("java.library.path", "").split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .anyMatch(folder -> Files.exists(Path.of(folder, LIBRARY)));
    }
}
