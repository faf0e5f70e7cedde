package io.adm4j.export.autodiff;

/** Which operators a gradient graph may use. */
public enum Kernels {
    /** Only what every build of ONNX Runtime has, on CPU and on CUDA. */
    STOCK,
    /** Also kernels that only a training-enabled build of ONNX Runtime has. */
    TRAINING
}
