package io.adm4j.harness.training;

import io.adm4j.feedback.UserError;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.FileTree;
import io.adm4j.io.Sha256;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * What a run knows of the files that it is trained on: names, sizes and times of modification, which take no time to
 * compare, and the checksum of the contents of each, which is added while the run trains.
 *
 * <p>The file is compressed text: a line for each, with tabs between size, milliseconds since 1970, SHA-256 or nothing, and
 * name.
 *
 * <p>Safe for use by several threads.
 */
public final class DataRecord {
    private static final String NAME = "data.tsv.gz";

    private final Map<String, Entry> entries;

    /** @param sha256 of the contents; empty if not known yet */
    private record Entry(long bytes, long modified, String sha256) {
        boolean looksLike(Entry other) {
            return bytes == other.bytes && modified == other.modified;
        }
    }

    private DataRecord(Map<String, Entry> entries) {
        this.entries = entries;
    }

    /**
     * Lists files, without their contents.
     *
     * @param files by name, in their order
     * @throws UserError if one is gone
     */
    static DataRecord of(Map<String, Path> files) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        files.forEach((name, file) -> {
            try {
                entries.put(
                        name,
                        new Entry(
                                Files.size(file),
                                Files.getLastModifiedTime(file).toMillis(),
                                ""));
            } catch (IOException e) {
                throw new UserError("The file " + file + " could not be read: " + e.getMessage() + ".", e);
            }
        });
        return new DataRecord(entries);
    }

    /**
     * The record of a run; empty for one of before there were any.
     *
     * @throws UserError if it cannot be read
     */
    static Optional<DataRecord> read(Path run) {
        Path file = run.resolve(NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] parts = line.split("\t", 4);
                entries.put(parts[3], new Entry(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]));
            }
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new UserError(
                    "The record of the data, " + file + ", is damaged: delete it to compare the data as a whole.", e);
        }
        return Optional.of(new DataRecord(entries));
    }

    /** Writes it to a run's folder. */
    synchronized void write(Path run) throws IOException {
        AtomicFile.write(run.resolve(NAME), part -> {
            try (BufferedWriter out = new BufferedWriter(new OutputStreamWriter(
                    new GZIPOutputStream(Files.newOutputStream(part)), StandardCharsets.UTF_8))) {
                for (Map.Entry<String, Entry> entry : entries.entrySet()) {
                    Entry known = entry.getValue();
                    out.write(known.bytes + "\t" + known.modified + "\t" + known.sha256 + "\t" + entry.getKey() + "\n");
                }
            }
            FileTree.sync(part);
        });
    }

    /** Bytes of all files. */
    synchronized long bytes() {
        return entries.values().stream().mapToLong(Entry::bytes).sum();
    }

    /** The checksum of the contents of a file; empty if not known yet. */
    synchronized Optional<String> sha256(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::sha256).filter(sum -> !sum.isEmpty());
    }

    /** Adds the checksum of a file's contents. */
    synchronized void add(String name, String sha256) {
        entries.computeIfPresent(name, (n, known) -> new Entry(known.bytes, known.modified, sha256));
    }

    /**
     * The checksum of all, as {@link Sha256#of(Path, List)} computes it; empty while the contents of one are not known.
     */
    synchronized Optional<String> sha256() {
        if (entries.size() == 1) {
            return sha256(entries.keySet().iterator().next());
        }
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            if (entry.getValue().sha256.isEmpty()) {
                return Optional.empty();
            }
            lines.append(entry.getValue().sha256)
                    .append("  ")
                    .append(entry.getKey())
                    .append('\n');
        }
        return Optional.of(Sha256.of(lines.toString()));
    }

    /**
     * How files differ from those that the run was trained on. A file that only looks different is read.
     *
     * @param now modified: gets the checksums of files that are the same
     * @param files of {@code now}
     * @return a clause for each that differs: "a/b.png (changed)"
     */
    List<String> differences(DataRecord now, Map<String, Path> files) {
        List<String> found = new ArrayList<>();
        entries.forEach((name, known) -> {
            Entry other = now.entries.get(name);
            if (other == null) {
                found.add(shown(name) + " (missing)");
            } else if (other.looksLike(known)) {
                now.add(name, known.sha256);
            } else if (known.bytes == other.bytes && !known.sha256.isEmpty()) {
                String sum = Sha256.of(files.get(name));
                now.add(name, sum);
                if (!sum.equals(known.sha256)) {
                    found.add(shown(name) + " (changed)");
                }
            } else {
                found.add(shown(name)
                        + (known.bytes == other.bytes ? " (another time, contents not known)" : " (changed)"));
            }
        });
        now.entries.keySet().stream()
                .filter(name -> !entries.containsKey(name))
                .forEach(name -> found.add(shown(name) + " (new)"));
        return found;
    }

    private static String shown(String name) {
        return name.isEmpty() ? "the file" : name;
    }
}
