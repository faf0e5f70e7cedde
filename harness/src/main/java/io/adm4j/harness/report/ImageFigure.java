package io.adm4j.harness.report;

import io.adm4j.tensor.Tensor;
import java.util.Locale;

/** An image of a page with its caption. */
final class ImageFigure {
    private ImageFigure() {}

    /**
     * @param style its class; empty for none
     * @param what the image shows, for those who do not see it
     * @param images uint8 [N, H, W, C]
     * @param index of the image among them
     */
    static String of(String style, String what, String caption, Tensor images, int index) {
        return "<figure" + (style.isEmpty() ? "" : " class=\"" + style + "\"") + "><img alt=\""
                + Html.escape(what.substring(0, 1).toUpperCase(Locale.ROOT) + what.substring(1)) + "\" src=\""
                + Page.address(images, index) + "\"><figcaption title=\"" + Html.escape(caption) + "\">"
                + Html.escape(caption) + "</figcaption></figure>\n";
    }
}
