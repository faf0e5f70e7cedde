package io.adm4j.harness.sampling;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.io.NpyReader;
import io.adm4j.io.NpzReader;
import io.adm4j.io.Sha256;
import io.adm4j.sampling.SampleRequest;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.LongStream;

/** The noise x_T that a run starts from: generated from the images' seeds, or read from a file. */
public final class InitialNoise {
    private static final InitialNoise OF_SEEDS = new InitialNoise(null, null, null);
    private static final String LABELS = "arr_1";
    private static final String[] NAMES = {"noise", "arr_0"};

    private final Path file;
    private final Tensor noise;
    private final int[] labels;

    private InitialNoise(Path file, Tensor noise, int[] labels) {
        this.file = file;
        this.noise = noise;
        this.labels = labels;
    }

    /** Each image's own noise. */
    public static InitialNoise ofSeeds() {
        return OF_SEEDS;
    }

    /**
     * Reads float32 {@code [N, C, H, W]}: an npy file, or an npz file with an array {@code noise} or {@code arr_0}, and perhaps
     * labels in {@code arr_1}, int64 {@code [N]}.
     *
     * @param file null for the noise of the seeds
     * @param channels of the model's images
     * @param size height and width of the model's images
     * @throws UserError if it holds something else
     * @throws io.adm4j.io.ArrayFileException if it cannot be read
     */
    public static InitialNoise of(Path file, int channels, int size) {
        if (file == null) {
            return OF_SEEDS;
        }
        boolean archive = file.toString().endsWith(".npz");
        Tensor array = archive ? readFromNpz(file) : NpyReader.read(file);
        if (array.rank() != 4 || array.dim(1) != channels || array.dim(2) != size || array.dim(3) != size) {
            throw new UserError("Initial noise for this model is float32 [N, " + channels + ", " + size + ", " + size
                    + "], and " + file + " holds " + array + ".");
        }
        Tensor floats = switch (array.type()) {
            case FLOAT32 -> array;
            case FLOAT64 -> rounded(array);
            default -> throw new UserError("Initial noise is float32, and " + file + " holds " + array + ".");
        };
        return new InitialNoise(file, floats, archive ? readLabels(file, floats.dim(0)) : null);
    }

    /** Number of images it is for; 0 where noise comes from the seeds. */
    public int count() {
        return noise == null ? 0 : (int) noise.dim(0);
    }

    /** The labels that the file has for its images, if it has any. */
    public Optional<int[]> labels() {
        return Optional.ofNullable(labels).map(int[]::clone);
    }

    /** @throws UserError if it is for fewer images */
    void check(int images) {
        if (noise != null && noise.dim(0) < images) {
            throw new UserError(
                    file + " has noise for " + Count.of(noise.dim(0), "image") + ", and " + images + " are requested.");
        }
    }

    SampleRequest addTo(SampleRequest request, int from, int to) {
        return noise == null ? request : request.withInitialNoise(noise.rows(from, to));
    }

    String checksum() {
        return file == null ? "" : Sha256.of(file);
    }

    private static Tensor readFromNpz(Path file) {
        try (NpzReader arrays = NpzReader.open(file)) {
            for (String name : NAMES) {
                if (arrays.has(name)) {
                    return arrays.read(name);
                }
            }
            throw new UserError(file + " has no array 'noise' or 'arr_0'; it has " + arrays.names() + ".");
        }
    }

    private static int[] readLabels(Path file, long count) {
        try (NpzReader arrays = NpzReader.open(file)) {
            if (!arrays.has(LABELS)) {
                return null;
            }
            Tensor stored = arrays.read(LABELS);
            if (stored.type() != ElementType.INT64 || stored.rank() != 1 || stored.dim(0) != count) {
                throw new UserError("Labels of the noise in " + file + " are int64 [" + count + "], and '" + LABELS
                        + "' is " + stored + ".");
            }
            return LongStream.of(stored.toLongArray())
                    .mapToInt(Math::toIntExact)
                    .toArray();
        }
    }

    /** NumPy generates float64 by default. */
    private static Tensor rounded(Tensor doubles) {
        Tensor floats = Tensor.zeros(ElementType.FLOAT32, doubles.shape());
        for (int i = 0; i < doubles.size(); i++) {
            floats.floats().put(i, (float) doubles.doubles().get(i));
        }
        return floats;
    }
}
