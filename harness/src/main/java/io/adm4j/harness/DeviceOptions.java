package io.adm4j.harness;

import io.adm4j.runtime.Device;
import picocli.CommandLine.Option;

/** Where graphs run. */
final class DeviceOptions {
    @Option(names = "--device", defaultValue = "cpu", description = "cpu or cuda (default ${DEFAULT-VALUE}).")
    Device device;

    @Option(names = "--threads", defaultValue = "0", description = "CPU threads; 0 takes all cores (default).")
    int threads;
}
