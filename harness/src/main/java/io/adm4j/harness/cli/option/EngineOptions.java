package io.adm4j.harness.cli.option;

import io.adm4j.harness.training.engine.EngineKind;
import picocli.CommandLine.Option;

/** Where and by what training steps are computed. */
public final class EngineOptions extends DeviceOptions {
    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description =
                    "What computes training steps: plain (ordinary sessions of ONNX Runtime; networks of any size) or ort"
                            + " (ONNX Runtime's training API, whose state stays on the GPU) (default: plain with --device"
                            + " cpu, ort with cuda).")
    private EngineKind engine;

    /** The engine that was asked for, else the better one for the device. */
    public EngineKind engine() {
        return engineOr(EngineKind.defaultFor(device));
    }

    /** The engine that was asked for, else another. */
    public EngineKind engineOr(EngineKind other) {
        return engine == null ? other : engine;
    }
}
