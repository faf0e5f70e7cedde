package io.adm4j.function;

import io.adm4j.io.ImageGrid;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a request came to.
 *
 * @param parts the images in order: uint8 of shape {@code [N, H, W, 3]}
 * @param milliseconds time spent drawing
 */
record SampleResult(SampleQuery query, BundleInfo facts, List<Tensor> parts, long milliseconds) {
    String bundle() {
        return facts.name();
    }

    /** Name of the bundle that enlarged the images, if one did. */
    Optional<String> upsampler() {
        return query.enlarging().flatMap(how -> facts.upsampler()).map(BundleInfo.UpsamplerFacts::name);
    }

    /** One PNG file: the image itself, or all in a grid as near to a square as it gets. */
    byte[] file() {
        List<Tensor> all = single();
        if (all.size() == 1) {
            return PngWriter.encode(all.get(0));
        }
        return PngWriter.encode(
                ImageGrid.of((int) Math.ceil(Math.sqrt(all.size()))).layOut(joined()));
    }

    /** Each image as a PNG file, with what gives it again. */
    SampleReply reply() {
        List<Tensor> all = single();
        List<SampleReply.Image> images = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Integer label = query.labelOf(i, facts.classes());
            images.add(new SampleReply.Image(
                    label, facts.classes().name(label), query.seed() + i, PngWriter.encode(all.get(i))));
        }
        SampleReply.Settings settings = new SampleReply.Settings(
                query.label(),
                facts.classes().name(query.label()),
                query.seed(),
                query.count(),
                query.steps(),
                query.sampler(),
                query.eta(),
                query.classifierScale(),
                upsampling());
        return new SampleReply(facts.name(), settings, milliseconds, images);
    }

    private SampleReply.Upsampling upsampling() {
        return query.enlarging()
                .map(how -> new SampleReply.Upsampling(
                        upsampler().orElseThrow(), how.steps(), how.sampler(), how.eta(), how.classifierScale()))
                .orElse(null);
    }

    /** The images one by one, [H, W, 3]. */
    private List<Tensor> single() {
        List<Tensor> all = new ArrayList<>();
        for (Tensor part : parts) {
            for (int i = 0; i < part.dim(0); i++) {
                all.add(part.rows(i, i + 1).reshape(part.dim(1), part.dim(2), part.dim(3)));
            }
        }
        return all;
    }

    /** The images in one tensor, [N, H, W, 3]. */
    private Tensor joined() {
        Tensor first = parts.get(0);
        Tensor all = Tensor.zeros(first.type(), query.count(), first.dim(1), first.dim(2), first.dim(3));
        ByteBuffer to = all.bytes();
        parts.forEach(part -> to.put(part.bytes()));
        return all;
    }
}
