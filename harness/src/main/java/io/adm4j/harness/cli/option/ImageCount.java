package io.adm4j.harness.cli.option;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How many images of a dataset a command takes. */
public final class ImageCount {
    private ImageCount() {}

    /**
     * The number that {@code --samples} asks for.
     *
     * @param samples null for all images
     * @param source of the dataset, for the message
     * @throws UserError if there are fewer
     */
    public static int of(@Nullable Integer samples, Dataset dataset, Path source) {
        if (samples == null) {
            return dataset.size();
        }
        if (samples > dataset.size()) {
            throw new UserError("--samples asks for " + Count.of(samples, "image") + ", and " + source + " has "
                    + Count.of(dataset.size(), "image") + ".");
        }
        return samples;
    }
}
