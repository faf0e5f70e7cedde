package io.adm4j.harness.cli.option;

import io.adm4j.runtime.Device;
import picocli.CommandLine.Option;

/** Where graphs run. */
public class DeviceOptions extends ThreadOptions {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "cpu or cuda (default ${DEFAULT-VALUE}).")
    public Device device;
}
