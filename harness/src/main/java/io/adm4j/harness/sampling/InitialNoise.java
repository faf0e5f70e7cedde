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

/** The noise x_T that a run starts from: generated from the images' seeds, or read from a file. */
public final class InitialNoise {
    private static final InitialNoise OF_SEEDS = new InitialNoise(null, null);
    private static final String[] NAMES = {"noise", "arr_0"};

    private final Path file;
    private final Tensor noise;

    private InitialNoise(Path file, Tensor noise) {
        this.file = file;
        this.noise = noise;
    }

    /** Each image's own noise. */
    public static InitialNoise ofSeeds() {
        return OF_SEEDS;
    }

    /**
     * Reads float32 {@code [N, C, H, W]}: an npy file, or an npz file with an array {@code noise} or {@code arr_0}.
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
        Tensor array = file.toString().endsWith(".npz") ? readFromNpz(file) : NpyReader.read(file);
        if (array.rank() != 4 || array.dim(1) != channels || array.dim(2) != size || array.dim(3) != size) {
            throw new UserError("Initial noise for this model is float32 [N, " + channels + ", " + size + ", " + size
                    + "], and " + file + " holds " + array + ".");
        }
        Tensor floats = switch (array.type()) {
            case FLOAT32 -> array;
            case FLOAT64 -> rounded(array);
            default -> throw new UserError("Initial noise is float32, and " + file + " holds " + array + ".");
        };
        return new InitialNoise(file, floats);
    }

    /** Number of images it is for; 0 where noise comes from the seeds. */
    public int count() {
        return noise == null ? 0 : (int) noise.dim(0);
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

    /** NumPy generates float64 by default. */
    private static Tensor rounded(Tensor doubles) {
        Tensor floats = Tensor.zeros(ElementType.FLOAT32, doubles.shape());
        for (int i = 0; i < doubles.size(); i++) {
            floats.floats().put(i, (float) doubles.doubles().get(i));
        }
        return floats;
    }
}
