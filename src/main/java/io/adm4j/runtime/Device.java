package io.adm4j.runtime;

/** Where a graph runs. There is no silent fallback from one to the other. */
public enum Device {
    /** The processors of this machine. */
    CPU,
    /** An NVIDIA GPU through ONNX Runtime's CUDA provider. */
    CUDA
}
