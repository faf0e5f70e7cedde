package io.adm4j.function;

import java.nio.file.Path;

/** The bundles that MakeTestBundle makes. */
public final class TestBundles {
    /** 32x32 images of ten classes, with a classifier. */
    public static final String CONDITIONAL = folder("bundle");
    /** Enlarges these to 64x64, by class. */
    public static final String UPSAMPLER = folder("upsampler");
    /** 32x32 images of a denoiser that knows no classes, with a classifier that does. */
    public static final String UNCONDITIONAL = folder("unconditional");

    /** 32x32 images without classes or classifier, with the gradient of the denoiser. */
    public static final String DIFFERENTIABLE = folder("differentiable");

    private TestBundles() {}

    private static String folder(String name) {
        return Path.of("src", "test", name).toAbsolutePath().toString();
    }
}
