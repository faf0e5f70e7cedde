package io.adm4j.harness.cli.option;

import io.adm4j.runtime.Device;
import picocli.CommandLine.Option;

/** Where graphs run. */
public final class DeviceOptions {
    @Option(names = "--device", defaultValue = "cpu", description = "cpu or cuda (default ${DEFAULT-VALUE}).")
    public Device device;

    @Option(names = "--threads", defaultValue = "0", description = "CPU threads; 0 takes all cores (default).")
    public int threads;
}
