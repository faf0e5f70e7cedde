package io.adm4j.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import javax.imageio.ImageIO;

/** A PNG as another decoder than ours reads it. */
public final class Pixels {
    private final int width;
    private final int height;
    private final int[] levels;

    private Pixels(BufferedImage image) {
        width = image.getWidth();
        height = image.getHeight();
        levels = image.getRaster().getPixels(0, 0, width, height, (int[]) null);
    }

    public static Pixels of(byte[] png) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
            if (image == null) {
                throw new AssertionError("That is no PNG.");
            }
            return new Pixels(image);
        } catch (IOException e) {
            throw new AssertionError("That PNG is damaged.", e);
        }
    }

    public static Pixels ofBase64(String text) {
        return of(Base64.getDecoder().decode(text));
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    public boolean isFlat() {
        return Arrays.stream(levels).distinct().count() < 2;
    }

    /** How many values are more than so many grey levels apart. */
    public int differences(Pixels other, int tolerance) {
        int count = 0;
        for (int i = 0; i < levels.length; i++) {
            if (Math.abs(levels[i] - other.levels[i]) > tolerance) {
                count++;
            }
        }
        return count;
    }

    /**
     * Checks that two images are what one request gives twice: the runtime adds floats in no fixed order, so a grey level
     * may flip here and there.
     */
    public void assertSame(Pixels other) {
        assertEquals(width, other.width);
        assertEquals(height, other.height);
        assertEquals(0, differences(other, 1), "more than one grey level apart");
        assertTrue(differences(other, 0) <= levels.length / 1000, "more than 0.1 % of the values differ");
    }
}
