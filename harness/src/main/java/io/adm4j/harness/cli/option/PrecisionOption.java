package io.adm4j.harness.cli.option;

import io.adm4j.export.net.Precision;
import picocli.CommandLine.Option;

/** The floating-point type of a denoiser's weights and convolutions. */
public final class PrecisionOption {
    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "fp32",
            description =
                    "fp32; fp16-weights, stored in half precision and computed in float32; or fp16 as the published conversion:"
                            + " convolutions of the denoiser in half precision too, norms, softmax and output in float32. The"
                            + " latter two halve the file (default ${DEFAULT-VALUE}). Classifiers stay fp32: their gradients are"
                            + " too small for half precision.")
    public Precision precision;
}
