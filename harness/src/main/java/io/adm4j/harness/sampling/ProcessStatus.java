package io.adm4j.harness.sampling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What Linux reports of another process; nothing on other systems, and of processes that have ended. */
public final class ProcessStatus {
    private final Path file;

    public ProcessStatus(long pid) {
        this.file = Path.of("/proc", String.valueOf(pid), "status");
    }

    /** Resident memory in bytes. */
    public OptionalLong residentBytes() {
        OptionalLong kilobytes = number("VmRSS:");
        return kilobytes.isPresent() ? OptionalLong.of(kilobytes.getAsLong() * 1024) : kilobytes;
    }

    /** Threads. */
    public OptionalLong threads() {
        return number("Threads:");
    }

    private OptionalLong number(String name) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
