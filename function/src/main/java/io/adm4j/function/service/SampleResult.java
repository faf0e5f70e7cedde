package io.adm4j.function.service;

import io.adm4j.bundle.ClassNames;
import io.adm4j.io.ImageGrid;
import io.adm4j.io.PngWriter;
import io.adm4j.sampling.ModelCapabilities;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The images of a request.
 *
 * @param parts the images in order, in batches: uint8 {@code [N, H, W, C]}
 * @param milliseconds time spent sampling, without waiting
 */
public record SampleResult(SampleQuery query, BundleInfo bundles, List<Tensor> parts, long milliseconds)
        implements SampleAnswer {
    public String bundle() {
        return bundles.base().name();
    }

    /** Name of the bundle that upsampled the images, if one did. */
    public Optional<String> upsampler() {
        return query.upsampling().flatMap(settings -> bundles.upsampler()).map(ModelCapabilities::name);
    }

    /** One PNG file: the image itself, or all images in a nearly square grid. */
    public byte[] file() {
        List<Tensor> all = single();
        if (all.size() == 1) {
            return PngWriter.encode(all.get(0));
        }
        return PngWriter.encode(
                ImageGrid.of((int) Math.ceil(Math.sqrt(all.size()))).layOut(joined()));
    }

    /** Each image as a PNG file, with the settings that reproduce it. */
    @Override
    public SampleReply reply() {
        List<Tensor> all = single();
        ClassNames classes = bundles.base().classes();
        List<SampleReply.Image> images = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Integer label = query.labelOf(i, classes);
            images.add(
                    new SampleReply.Image(label, classes.name(label), query.seedOf(i), PngWriter.encode(all.get(i))));
        }
        return new SampleReply(bundle(), SampleReply.Settings.of(query, bundles), milliseconds, images, null);
    }

    /** The images one by one, shape [H, W, C]. */
    private List<Tensor> single() {
        List<Tensor> all = new ArrayList<>();
        for (Tensor part : parts) {
            for (int i = 0; i < part.dim(0); i++) {
                all.add(part.rows(i, i + 1).reshape(part.dim(1), part.dim(2), part.dim(3)));
            }
        }
        return all;
    }

    /** The images in one tensor, shape [N, H, W, C]. */
    public Tensor joined() {
        Tensor first = parts.get(0);
        Tensor all = Tensor.zeros(first.type(), query.count(), first.dim(1), first.dim(2), first.dim(3));
        ByteBuffer to = all.bytes();
        parts.forEach(part -> to.put(part.bytes()));
        return all;
    }
}
