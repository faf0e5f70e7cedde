package io.adm4j.function;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import javax.imageio.ImageIO;

/** A PNG as another decoder than ours reads it. */
final class Pixels {
    private final int width;
    private final int height;
    private final int[] levels;

    private Pixels(BufferedImage picture) {
        width = picture.getWidth();
        height = picture.getHeight();
        levels = picture.getRaster().getPixels(0, 0, width, height, (int[]) null);
    }

    static Pixels of(byte[] png) {
        try {
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
            if (picture == null) {
                throw new AssertionError("That is no PNG.");
            }
            return new Pixels(picture);
        } catch (IOException e) {
            throw new AssertionError("That PNG is damaged.", e);
        }
    }

    static Pixels ofBase64(String text) {
        return of(Base64.getDecoder().decode(text));
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    int values() {
        return levels.length;
    }

    boolean isFlat() {
        return Arrays.stream(levels).distinct().count() < 2;
    }

    /** How many values are more than so many grey levels apart. */
    int differences(Pixels other, int tolerance) {
        int count = 0;
        for (int i = 0; i < levels.length; i++) {
            if (Math.abs(levels[i] - other.levels[i]) > tolerance) {
                count++;
            }
        }
        return count;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pixels p && width == p.width && height == p.height && Arrays.equals(levels, p.levels);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(levels);
    }
}
