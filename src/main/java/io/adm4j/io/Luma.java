package io.adm4j.io;

/** Gray of colors: the luma of ITU-R BT.601, in fixed point as the published loader computes it. */
public final class Luma {
    private Luma() {}

    /** Of one pixel, all values as unsigned bytes. */
    public static byte of(byte red, byte green, byte blue) {
        return (byte) ((red & 0xff) * 19595 + (green & 0xff) * 38470 + (blue & 0xff) * 7471 + 0x8000 >> 16);
    }
}
