package io.adm4j.export.graph;

import java.util.List;

/** What a graph may be written for. */
public enum Processor {
    /** Any processor or accelerator. */
    ANY,
    /** Only processors with the x86-64 instruction set, by kernels that ONNX Runtime has for them. */
    X86_64;

    /** The processor of this machine. */
    public static Processor ofThisMachine() {
        return List.of("amd64", "x86_64").contains(System.getProperty("os.arch")) ? X86_64 : ANY;
    }
}
