package io.adm4j.function.service;

import io.adm4j.bundle.ClassNames;
import io.adm4j.io.PngWriter;
import io.adm4j.sampling.ModelCapabilities;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The images of a request.
 *
 * @param images in order
 * @param milliseconds time spent sampling, without waiting
 */
public record SampleResult(SampleQuery query, BundleInfo bundles, ImageBatch images, long milliseconds)
        implements SampleAnswer {
    public String bundle() {
        return bundles.base().name();
    }

    /** Name of the bundle that upsampled the images, if one did. */
    public Optional<String> upsampler() {
        return query.upsampling().flatMap(settings -> bundles.upsampler()).map(ModelCapabilities::name);
    }

    /** Each image as a PNG file, with the settings that reproduce it. */
    @Override
    public SampleReply reply() {
        List<Tensor> all = images.single();
        ClassNames classes = bundles.base().classes();
        List<SampleReply.Image> shown = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Integer label = query.labelOf(i, classes);
            shown.add(new SampleReply.Image(label, classes.name(label), query.seedOf(i), PngWriter.encode(all.get(i))));
        }
        return new SampleReply(bundle(), SampleReply.Settings.of(query, bundles), milliseconds, shown, null);
    }
}
