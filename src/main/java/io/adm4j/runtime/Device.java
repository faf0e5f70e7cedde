package io.adm4j.runtime;

/** Where a graph runs. There is no silent change from one to the other. */
public enum Device {
    CPU,
    /** An NVIDIA GPU through ONNX Runtime's CUDA provider. */
    CUDA
}
