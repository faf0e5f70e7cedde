package io.adm4j.export.net;

import io.adm4j.feedback.UserError;
import java.util.List;

/** The checks that the configurations of both networks make of their resolution levels. */
final class Levels {
    /** Groups of every group normalization; all widths must be multiples. */
    static final int GROUPS = 32;

    private Levels() {}

    /** The published channel multipliers of an image size. */
    static List<Double> defaultMultipliers(int imageSize, String sizeFlag) {
        return switch (imageSize) {
            case 512 -> List.of(0.5, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0);
            case 256 -> List.of(1.0, 1.0, 2.0, 2.0, 4.0, 4.0);
            case 128 -> List.of(1.0, 1.0, 2.0, 3.0, 4.0);
            case 64 -> List.of(1.0, 2.0, 3.0, 4.0);
            default -> throw noDefault(imageSize, sizeFlag, "64, 128, 256 and 512");
        };
    }

    /** The published channel multipliers of a super-resolution network. */
    static List<Double> superResolutionMultipliers(int largeSize) {
        return switch (largeSize) {
            case 512, 256 -> List.of(1.0, 1.0, 2.0, 2.0, 4.0, 4.0);
            case 64 -> List.of(1.0, 2.0, 3.0, 4.0);
            default -> throw noDefault(largeSize, "large_size", "64, 256 and 512");
        };
    }

    private static UserError noDefault(int size, String flag, String known) {
        return new UserError("There are default channel multipliers for " + flag + " " + known + " only; for " + size
                + " give channel_mult, for example 1,2,2.");
    }

    static void check(int imageSize, int channels, int resBlocks, List<Double> multipliers, String widthFlag) {
        if (imageSize < 1 || channels < 1 || resBlocks < 0) {
            throw new UserError("Image size and " + widthFlag
                    + " must be at least 1, the number of residual blocks at least 0, not " + imageSize + ", "
                    + channels + " and " + resBlocks + ".");
        }
        if (multipliers.isEmpty() || multipliers.size() > 16) {
            throw new UserError("channel_mult must hold 1 to 16 numbers, not " + multipliers.size() + ".");
        }
        for (double m : multipliers) {
            int width = (int) (m * channels);
            if (width < GROUPS || width % GROUPS != 0) {
                throw new UserError(
                        "Every level must be a multiple of " + GROUPS + " channels wide (group normalization), but "
                                + widthFlag + " " + channels + " times the multiplier " + m + " is " + width + ".");
            }
        }
        int factor = 1 << (multipliers.size() - 1);
        if (imageSize % factor != 0) {
            throw new UserError(
                    "With " + multipliers.size() + " channel multipliers the image size must be a multiple of " + factor
                            + ", which " + imageSize + " is not.");
        }
    }

    /** Whether attention is used after downsampling by {@code factor}; {@code resolutions} are image sizes. */
    static boolean attends(int imageSize, List<Integer> resolutions, int factor) {
        return resolutions.stream().anyMatch(r -> imageSize / r == factor);
    }

    static void checkResolutions(List<Integer> resolutions) {
        for (int r : resolutions) {
            if (r < 1) {
                throw new UserError("Attention resolutions must be at least 1, not " + r + ".");
            }
        }
    }
}
